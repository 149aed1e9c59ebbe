import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../terminal/user-error';
import { interrupted } from './interrupt';

export interface WaitOptions {
  /** How long to go on before giving up, in seconds. */
  readonly seconds: number;
  /** Time between two attempts, in milliseconds. Default 200. */
  readonly every?: number;
}

/**
 * Asks again and again until an attempt gives something other than `undefined`, and returns that.
 * An attempt that throws counts as "not yet"; its message is told when time runs out.
 * @throws UserError `what` did not come within `seconds`.
 */
export async function waitFor<T>(
  what: string,
  attempt: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  let last: unknown;
  for (;;) {
    interrupted().throwIfAborted();
    try {
      const found = await attempt();
      if (found !== undefined) return found;
    } catch (error) {
      interrupted().throwIfAborted();
      last = error;
    }
    if (Date.now() > deadline) {
      const reason = last instanceof Error ? `: ${last.message}` : '';
      throw new UserError(`${what} did not come within ${options.seconds} s${reason}`, { cause: last });
    }
    await sleep(options.every ?? 200, undefined, { signal: interrupted() }).catch(() => undefined);
  }
}
