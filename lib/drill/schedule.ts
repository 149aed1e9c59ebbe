import type { Fault } from './fault';
import type { Step } from './faults/catalog';

/** One step of a random drill, and how long all is quiet before it. */
export interface ScheduledStep extends Step {
  /** In seconds. */
  readonly quiet: number;
}

/** Seconds that all is quiet before a step: at least, and at most. */
const SHORTEST_QUIET = 2;
export const LONGEST_QUIET = 8;

/**
 * Faults without end, chosen at random but the same for the same seed and faults. Each comes about as often as any
 * other.
 */
export function* schedule(seed: number, faults: readonly Fault[]): Generator<ScheduledStep, never> {
  const random = mulberry32(seed);
  const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  for (;;) {
    const fault = oneOf(faults);
    if (!fault) throw new RangeError('there are no faults to choose from');
    const role = oneOf(fault.roles);
    const quiet = SHORTEST_QUIET + Math.floor(random() * (LONGEST_QUIET - SHORTEST_QUIET + 1));
    yield { fault, quiet, ...(role === undefined ? {} : { role }) };
  }
}

/** Numbers from 0 to 1 that follow from a seed: Tommy Ettinger's Mulberry32, small and good enough to choose with. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
