import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything of one checkout's cluster is: each name is its own, so that checkouts run side by side. */
export interface Place {
  readonly id: string;
  /** The real path of the checkout that owns the cluster. */
  readonly checkout: string;
  readonly state: string;
  /** The link between this machine and the nodes. */
  readonly link: string;
  /** Path below each cgroup hierarchy, without a leading slash. */
  readonly cgroup: string;
  /** Environment that every daemon is started with, which containerd hands down to its shims. */
  readonly marker: Readonly<Record<string, string>>;
}

/** Every cluster's state; short, because unix socket paths below it may have 107 bytes. */
export const STATE_ROOT = '/var/lib/berth';

export const MARKER = 'BERTH_LOCAL';

export function placeOf(checkout: string): Place {
  const path = realpathSync(checkout);
  const id = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return {
    id,
    checkout: path,
    state: join(STATE_ROOT, id),
    link: `berth-${id}`, // 14 bytes; Linux allows 15.
    cgroup: `berth-${id}`,
    marker: { [MARKER]: id },
  };
}

/** Held by the command that is at work on the cluster; beside the state, which comes and goes. */
export function lockFile(place: Place): string {
  return `${place.state}.lock`;
}

/** The network namespace of node `n`, or of the switch between them. */
export function namespaceOf(place: Pick<Place, 'id'>, n: number | 'switch'): string {
  return n === 'switch' ? `berth-${place.id}-switch` : `berth-${place.id}-node-${n}`;
}

export function nodeDirectory(place: Place, n: number): string {
  return join(place.state, `node-${n}`);
}

/** Tells the nodes' containerd how registries are reached: the same for every node. */
export function registriesDirectory(place: Place): string {
  return join(place.state, 'registries');
}

export function logFile(place: Place, daemon: string): string {
  return join(place.state, 'log', `${daemon}.log`);
}
