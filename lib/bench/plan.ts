/** What is measured: every combination of these, in every round. */
export interface Plan {
  readonly members: readonly number[];
  readonly operations: readonly Operation[];
  readonly clients: readonly number[];
  /** How often the whole is gone through; the median counts. */
  readonly rounds: number;
  /** How long requests are made before they count, and how long they count, in seconds. */
  readonly warm: number;
  readonly measure: number;
  /** Items that there are to read and replace. */
  readonly items: number;
  /** Size of a document, in bytes. */
  readonly bytes: number;
  /** Numbers of items at which memory and the start are measured; each is ten times the one before. */
  readonly sizes: readonly number[];
}

export type Operation = 'write' | 'read';

/** About ten minutes on two cores. */
export const FULL: Plan = {
  members: [1, 3],
  operations: ['write', 'read'],
  clients: [16, 64, 256],
  rounds: 3,
  warm: 0.5,
  measure: 3,
  items: 10_000,
  bytes: 256,
  sizes: [10_000, 100_000],
};

/** A look in about two minutes: too short to be quoted. */
export const QUICK: Plan = { ...FULL, rounds: 1, warm: 0.3, measure: 1, sizes: [1_000, 10_000] };
