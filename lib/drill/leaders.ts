import { setTimeout as sleep } from 'node:timers/promises';
import type { FollowedPods } from '../deploy/pods';
import type { Target } from '../targets/target';
import { leaderAmong } from './member';

/** From this moment on, in milliseconds since 1970, this member was seen to lead. */
export interface Leadership {
  readonly at: number;
  readonly member: string;
}

/** Looks who leads, again and again, until it is told to end. What it cannot see, as in a node that is cut off, it leaves out. */
export function watchLeaders(target: Target, all: FollowedPods): { end(): Promise<readonly Leadership[]> } {
  const every = target.name === 'local' ? 1000 : 5000;
  const ending = new AbortController();
  const seen: Leadership[] = [];
  const watch = async () => {
    while (!ending.signal.aborted) {
      const member = await leaderAmong(target, all.now());
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
