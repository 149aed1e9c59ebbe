import { quantile, type Request } from '../requests';

/** What was answered in one stretch of time. */
export interface Point {
  /** Middle of the stretch, in seconds since the load began. */
  readonly second: number;
  /** Answered requests a second. */
  readonly rate: number;
  /** Requests that failed in it. */
  readonly failed: number;
  /** Milliseconds. Absent where nothing was answered. */
  readonly p50?: number;
  readonly p99?: number;
  readonly longest?: number;
}

/** As many points as a picture can show. */
const MOST = 400;

/** Divides the time of a drill evenly; a request counts where it ended. */
export function series(requests: readonly Request[], started: number, ended: number): Point[] {
  const width = Math.max(1, Math.ceil((ended - started) / 1000 / MOST)) * 1000;
  const count = Math.max(1, Math.ceil((ended - started) / width));
  const stretches = Array.from({ length: count }, () => ({ times: [] as number[], failed: 0 }));
  for (const request of requests) {
    const stretch = stretches[Math.floor((request.ended - started) / width)];
    if (!stretch) continue;
    if (request.failed) stretch.failed += 1;
    else stretch.times.push(request.ended - request.began);
  }
  return stretches.map(({ times, failed }, i) => {
    times.sort((a, b) => a - b);
    const point = { second: ((i + 0.5) * width) / 1000, rate: times.length / (width / 1000), failed };
    const last = times.at(-1);
    return last === undefined
      ? point
      : { ...point, p50: quantile(times, 0.5), p99: quantile(times, 0.99), longest: last };
  });
}
