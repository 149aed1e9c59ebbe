import { setTimeout as sleep } from 'node:timers/promises';
import { pods, type PodView } from '../deploy/pods';
import type { Target } from '../targets/target';
import { leaderAmong } from './member';

/** From this moment on, in milliseconds since 1970, this member was seen to lead. */
export interface Leadership {
  readonly at: number;
  readonly member: string;
}

/** Looks who leads, again and again, until it is told to end. What it cannot see, as in a node that is cut off, it leaves out. */
export function watchLeaders(target: Target): { end(): Promise<readonly Leadership[]> } {
  const every = target.name === 'local' ? 1000 : 5000;
  const ending = new AbortController();
  const seen: Leadership[] = [];
  const watch = async () => {
    let known: readonly PodView[] = [];
    for (let n = 0; !ending.signal.aborted; n += 1) {
      // Pods that come back have other addresses.
      if (n % 4 === 0) known = await pods(target).catch(() => known);
      const member = await leaderAmong(target, known);
      if (member !== undefined && member !== seen.at(-1)?.member) seen.push({ at: Date.now(), member });
      await sleep(every, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    async end() {
      ending.abort();
      await watching;
      return seen;
    },
  };
}
