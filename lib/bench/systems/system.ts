import type { Child } from '../child';
import type { Network } from '../network';
import type { Programs } from '../programs';

/** Something that is measured. */
export interface System {
  readonly name: string;
  /** Starts its members, one for each address of the network, with data below `directory`. */
  start(place: Place): Promise<Running>;
}

export interface Place {
  readonly network: Network;
  /** Kept from one start to the next. */
  readonly directory: string;
  readonly programs: Programs;
}

export interface Running {
  /** What the clients speak. */
  readonly protocol: 'rest' | 'etcd';
  /** host:port of each member. */
  readonly addresses: readonly string[];
  readonly token?: string;
  /** All that runs, in the order in which it was started. */
  readonly children: readonly Child[];
}

/** Ends it, what was started last first. */
export async function stop(running: Pick<Running, 'children'>): Promise<void> {
  for (const child of [...running.children].reverse()) await child.stop();
}
