import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Unanswered } from '../targets/target';

/** One request of a history, as far as it is counted; times are in milliseconds since 1970. */
export interface Request {
  readonly began: number;
  readonly ended: number;
  /** It should have been answered and was not. */
  readonly failed: boolean;
  /** HTTP's status; 0 without an answer. */
  readonly status: number;
  /** The pod that answered; empty if none did. */
  readonly member: string;
  /** What failed, in a few words. */
  readonly error: string;
  /** What the Ingress controller's log has of it, of one that no member answered. */
  readonly ingress?: Pick<Unanswered, 'to' | 'connected'>;
}

interface Line {
  readonly call: number;
  readonly return: number;
  readonly outcome: string;
  readonly status?: number;
  readonly member?: string;
  readonly error?: string;
  readonly request?: string;
  readonly final?: boolean;
}

/**
 * Every request of a history but the last look at everything, in the order in which they ended, and when it began.
 * @param unanswered what the Ingress controller's log has of requests that no member answered
 */
export async function readRequests(
  history: string,
  unanswered: readonly Unanswered[] = [],
): Promise<{ readonly started: number; readonly requests: readonly Request[] }> {
  const requests: Request[] = [];
  const known = new Map(unanswered.map((one) => [one.request, one]));
  let started: number | undefined;
  for await (const text of createInterface({ input: createReadStream(history) })) {
    if (started === undefined) {
      started = (JSON.parse(text) as { started: number }).started;
      continue;
    }
    const line = JSON.parse(text) as Line;
    if (line.final) continue;
    const seen = line.request === undefined ? undefined : known.get(line.request);
    requests.push({
      began: started + line.call / 1e6,
      ended: started + line.return / 1e6,
      failed: line.outcome === 'failed' || line.outcome === 'unknown',
      status: line.status ?? 0,
      member: line.member ?? '',
      error: seen?.reason ?? line.error ?? '',
      ...(seen ? { ingress: seen } : {}),
    });
  }
  return { started: started ?? 0, requests };
}

/** The value that so large a part of all are not above: 0.999 for p99.9. 0 of none. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

/** How long answered requests took, in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly longest: number;
}

export function latency(requests: readonly Request[]): Latency {
  const sorted = requests.map(({ began, ended }) => ended - began).sort((a, b) => a - b);
  const at = (part: number) => quantile(sorted, part);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), longest: sorted.at(-1) ?? 0 };
}
