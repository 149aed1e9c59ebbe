import { UserError } from '../terminal/user-error';
import type { Place } from './place';

/** A cluster's addresses: 10.`second`.0.0/16, the nodes in its first /24 and each node's pods in the next ones. */
export interface Subnet {
  readonly second: number;
}

/** Services have addresses of their own in the nodes' namespaces only, so every cluster can have the same. */
export const SERVICES = { cidr: '10.96.0.0/16', apiserver: '10.96.0.1', dns: '10.96.0.10' };

export const clusterCidr = (net: Subnet): string => `10.${net.second}.0.0/16`;
export const hostAddress = (net: Subnet): string => `10.${net.second}.0.1`;
export const switchAddress = (net: Subnet): string => `10.${net.second}.0.254`;
export const nodeAddress = (net: Subnet, n: number): string => `10.${net.second}.0.${10 + n}`;
export const nodesCidr = (net: Subnet): string => `10.${net.second}.0.0/24`;
export const podCidr = (net: Subnet, n: number): string => `10.${net.second}.${n}.0/24`;

/**
 * Chooses a /16 that no route of this machine leads into.
 * The search begins at a number of the cluster's own, so that two that start at once do not meet.
 * A route to a larger network (a VPN for all of 10.0.0.0/8) does not count: ours is the more specific one.
 */
export function chooseSubnet(place: Place, routes: readonly string[]): Subnet {
  const first = 100;
  const count = 150;
  const taken = new Set(routes.flatMap(secondNumbers));
  const start = Number.parseInt(place.id, 16) % count;
  for (let i = 0; i < count; i += 1) {
    const second = first + ((start + i) % count);
    if (!taken.has(second)) return { second };
  }
  throw new UserError(
    `no free network for the local cluster: this machine has routes into each of 10.${first}.0.0/16 to 10.${first + count - 1}.0.0/16; remove one of them (ip -4 route)`,
  );
}

/** The /16 networks of 10.0.0.0/8 that a route's destination, such as `10.4.0.0/14` or `10.1.2.3`, reaches into. */
function secondNumbers(destination: string): number[] {
  const match = /^10\.(\d+)\.\d+\.\d+(?:\/(\d+))?$/.exec(destination);
  if (!match) return [];
  const bits = Number(match[2] ?? 32);
  if (bits <= 8) return [];
  const size = 2 ** Math.max(0, 16 - bits);
  const first = Math.floor(Number(match[1]) / size) * size;
  return Array.from({ length: size }, (_, i) => first + i);
}
