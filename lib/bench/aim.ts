import type { Row } from './result';

/** How many times etcd's rate Berth's is meant to be at least, by operation and number of clients. */
const OF_ETCD: Readonly<Record<Row['operation'], Readonly<Record<number, number>>>> = {
  write: { 16: 1.5, 64: 1.5, 256: 1.2 },
  read: { 16: 2, 64: 1.6, 256: 1.4 },
};
/** The same of the plain server over PostgreSQL, for all. */
const OF_POSTGRES = 1.5;

/** What `timesOf` of a row is meant to be at least; undefined where nothing is aimed for. */
export function aimOf({ system, operation, clients, error }: Row): number | undefined {
  if (error !== undefined) return undefined;
  if (system === 'etcd') return OF_ETCD[operation][clients];
  return system === 'PostgreSQL' ? OF_POSTGRES : undefined;
}
