import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted } from '../process/interrupt';
import type { Cluster } from '../targets/target';

/** Objects as they are now, until it is told to end. */
export interface Watch<T> {
  now(): readonly T[];
  end(): Promise<void>;
}

interface Named {
  readonly metadata: { readonly name: string };
}

/** One line of `kubectl get --watch --output-watch-events`. */
interface Event<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

interface List<T> {
  readonly items: readonly T[];
}

/** Milliseconds until a watch that ended is begun again, as API servers end each after a while. */
const AGAIN = 1000;

/**
 * Follows objects with one kubectl. To start one for each look takes a tenth of a second of a processor, which on a
 * small machine is missing to whatever is looked at, just when pods are being started.
 * @param which what to list, as kubectl is told: `['pods', '--namespace', 'berth']`. Not one object by its name, of
 *   which kubectl does not tell what changes while it begins to watch
 * @throws UserError they cannot be read at first. A watch that ends later is begun again
 */
export async function watch<T extends Named>(cluster: Cluster, which: readonly string[]): Promise<Watch<T>> {
  const list = async (options?: { readonly until: AbortSignal }) => {
    const found = JSON.parse(await cluster.kubectl(['get', ...which, '--output=json'], options)) as List<T>;
    return new Map(found.items.map((object) => [object.metadata.name, object]));
  };
  let known = await list();
  const ending = new AbortController();
  const until = ending.signal;
  const take = (line: string) => {
    if (!line.startsWith('{')) return; // What kubectl has to say itself.
    const { type, object } = JSON.parse(line) as Event<T>;
    if (type === 'DELETED') known.delete(object.metadata.name);
    else if (type === 'ADDED' || type === 'MODIFIED') known.set(object.metadata.name, object);
  };
  const over = () => until.aborted || interrupted().aborted;
  const follow = async () => {
    while (!over()) {
      const torn = new AbortController();
      const onLine = (line: string) => {
        try {
          take(line);
        } catch {
          torn.abort(); // Half a line: whatever it said, the list knows.
        }
      };
      await cluster
        .kubectl(['get', ...which, '--watch', '--output-watch-events', '--output=json'], {
          onLine,
          until: AbortSignal.any([until, torn.signal]),
        })
        .catch(() => undefined);
      if (over()) return;
      await sleep(AGAIN, undefined, { signal: until }).catch(() => undefined);
      if (!over()) known = await list({ until }).catch(() => known);
    }
  };
  const following = follow();
  return {
    now: () => [...known.values()],
    async end() {
      ending.abort();
      await following;
    },
  };
}
