import type { Operation } from './plan';

/** What the load program reports of one run. */
export interface Measurement {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds that half, and 99 of 100, of the requests took at most. */
  readonly p50: number;
  readonly p99: number;
  /** Seconds of CPU that the clients, and that all processes of the server, took meanwhile. */
  readonly driverCPU: number;
  readonly serverCPU: number;
  /** Bytes resident in all processes of the server, at the end. */
  readonly serverRSS: number;
  /** One of the failures. */
  readonly error?: string;
}

/** One system under one load: the medians of its rounds. */
export interface Row {
  readonly system: string;
  readonly members: number;
  readonly operation: Operation;
  readonly clients: number;
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Requests that failed in all rounds, whose times do not count. */
  readonly failed: number;
  /** Why, or why there were none; such a row is no result. */
  readonly error?: string;
  /** Microseconds of CPU for a request, of the clients and of the server. */
  readonly driverMicros: number;
  readonly serverMicros: number;
  readonly rss: number;
  /** How many times the rate of Berth is this one's, round by round; 1 for Berth itself. */
  readonly timesOf: number;
}

/** How large this server is with so many items. */
export interface Footprint {
  readonly items: number;
  /** Milliseconds from the start of the process to its first answer to a write. */
  readonly ready: number;
  /** Bytes resident after the start and after the items were written. */
  readonly rssStarted: number;
  readonly rssWritten?: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** Median of the time to write 256 bytes and have them on disk, in milliseconds. */
  readonly syncMillis: number;
  /** Processes that wanted to run when the measurement began: load average of one minute. */
  readonly loadBefore: number;
}

export interface Result {
  readonly date: string;
  readonly machine: Machine;
  readonly versions: { readonly go: string; readonly etcd: string; readonly postgres: string };
  readonly rounds: number;
  readonly measureSeconds: number;
  readonly rows: readonly Row[];
  readonly footprints: readonly Footprint[];
  readonly binaryBytes: number;
}

/** The middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? NaN) + upper) / 2 : upper;
}

/** Name of this server in results. */
export const BERTH = 'Berth';
/** Name of the server that does nothing. */
export const EMPTY = 'empty handler';

/** One run. */
export type Sample = Measurement &
  Pick<Row, 'system' | 'members' | 'operation' | 'clients'> & { round: number };

/** Why a run is not a result: what is fast and wrong is none. */
function whyBad({ failed, requests, error }: Sample): string | undefined {
  if (failed === 0 && requests > 0) return error;
  return error?.split('\n')[0] ?? 'no request ended in time';
}

/** Puts the rounds together. Ratios are taken within a round, where the machine was the same, and then their median. */
export function summarize(samples: readonly Sample[]): Row[] {
  const groups = new Map<string, Sample[]>();
  for (const one of samples) {
    const key = [one.members, one.operation, one.clients, one.system].join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [{ system, members, operation, clients }] = group as [Sample];
    const of = (value: (one: Sample) => number) => median(group.map(value));
    const berth = (one: Sample) =>
      samples.find(
        (other) =>
          other.system === BERTH &&
          other.members === members &&
          other.operation === operation &&
          other.clients === clients &&
          other.round === one.round &&
          whyBad(other) === undefined,
      )?.rate ?? NaN;
    const error = group.map(whyBad).find((why) => why !== undefined);
    return {
      ...(error === undefined ? {} : { error }),
      system,
      members,
      operation,
      clients,
      rate: of((one) => one.rate),
      p50: of((one) => one.p50),
      p99: of((one) => one.p99),
      failed: group.reduce((sum, one) => sum + one.failed, 0),
      driverMicros: of((one) => (one.driverCPU / one.requests) * 1e6),
      serverMicros: of((one) => (one.serverCPU / one.requests) * 1e6),
      rss: of((one) => one.serverRSS),
      timesOf: of((one) => berth(one) / one.rate),
    };
  });
}
