import type { Judgement } from './judge';
import type { Leadership } from './leaders';
import type { Latency } from './requests';
import type { Finding } from './workload';

/** What a drill came to; `bin/berth drill --json` prints it. Times of day are in milliseconds since 1970, others in milliseconds. */
export interface DrillResult {
  /** Whether everything is as promised; the exit status says the same. */
  readonly good: boolean;
  readonly target: string;
  readonly members: number;
  readonly clients: number;
  readonly seed: number;
  readonly started: number;
  readonly ended: number;
  readonly requests: number;
  readonly failed: number;
  /** Writes that were acknowledged, each of which was looked for in the end. */
  readonly acknowledged: number;
  readonly lost: readonly Finding[];
  readonly anomalies: readonly Finding[];
  /** Parts of the history that the checker could not decide, which counts as failed. */
  readonly undecided: readonly string[];
  /** Whether everything could be read in the end. */
  readonly lookedUp: boolean;
  /** Requests that failed while there was no fault. */
  readonly between: number;
  /** What was answered before the first fault. */
  readonly baseline: Latency;
  readonly faults: readonly FaultResult[];
  readonly leaders: readonly Leadership[];
  readonly report: string;
  readonly history: string;
}

export interface FaultResult {
  readonly name: string;
  readonly title: string;
  readonly members: readonly string[];
  readonly began: number;
  readonly ended: number;
  readonly requests: number;
  readonly lost: number;
  readonly anomalies: number;
  readonly failed: number;
  /** Those of them that no server has seen, as no connection was taken where they were to go. */
  readonly refused: number;
  /** Those that this fault does not excuse. */
  readonly inexcusable: number;
  /** What the first of those said. */
  readonly example?: string;
  /** From the fault to the beginning of the last request that failed. */
  readonly window: number;
  /** Of requests answered by members that were not hit. */
  readonly longest: number;
  readonly p999: number;
  /** p99.9 against that of the time before the first fault. */
  readonly ratio: number;
  /** What the longest should be at most. */
  readonly aim?: number;
  readonly unrecovered?: string;
}

export function faultResults({ faults, baseline }: Judgement): FaultResult[] {
  return faults.map((one) => {
    const first = one.inexcusable[0];
    return {
      name: one.name,
      title: one.title,
      members: [...new Set(one.hits.flatMap(({ members }) => members))],
      began: one.began,
      ended: one.ended,
      requests: one.requests,
      lost: one.lost,
      anomalies: one.anomalies,
      failed: one.failed,
      refused: one.refused,
      inexcusable: one.inexcusable.length,
      ...(first
        ? { example: `${first.status || 'no answer'} ${first.error} ${first.member}`.trim().slice(0, 160) }
        : {}),
      window: one.window,
      longest: one.latency.longest,
      p999: one.latency.p999,
      ratio: baseline.p999 === 0 ? 0 : one.latency.p999 / baseline.p999,
      ...(one.aim === undefined ? {} : { aim: one.aim }),
      ...(one.unrecovered === undefined ? {} : { unrecovered: one.unrecovered }),
    };
  });
}
