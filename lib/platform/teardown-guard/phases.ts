import { isInUse, type Kind, type Leftover } from './leftover';

/** Where one look at the account led. */
export interface Progress {
  readonly complete: boolean;
  /** One line for the log. */
  readonly said: string;
}

export interface Clock {
  /** Seconds since the deletion began. */
  readonly elapsed: number;
  /** Seconds after which waiting ends. */
  readonly limit: number;
}

/**
 * While the controllers still run: leaves it to them to remove what they made, and only looks.
 *
 * Ends when nothing is left, and also when the time is up: what nobody has asked them to remove (an Ingress that
 * somebody made by hand) they would make again if it were taken away now. `clear` takes it once they are gone.
 */
export async function waitForControllers(kinds: readonly Kind[], clock: Clock): Promise<Progress> {
  const left = await everything(kinds);
  if (left.length === 0) return { complete: true, said: 'the controllers have removed all that they made' };
  const list = left.map(({ kind, leftover }) => `${kind.name} ${leftover.name}`).join(', ');
  if (clock.elapsed >= clock.limit) {
    return { complete: true, said: `not removed by the controllers, so removed after them: ${list}` };
  }
  return { complete: false, said: `waiting for the controllers to remove: ${list}` };
}

/**
 * Once controllers and nodes are gone: removes what is left, in the order of `kinds`, and looks again until nothing is.
 * What something else still holds on to is tried again the next time.
 * @throws Error naming each thing that is left, what holds it and the command that removes it, when the time is up;
 *   what the API said when it refused for another reason, as waiting would not change that
 */
export async function clear(kinds: readonly Kind[], clock: Clock): Promise<Progress> {
  const removed: string[] = [];
  const held: string[] = [];
  for (const kind of kinds) {
    for (const leftover of await kind.find()) {
      const title = `${kind.name} ${leftover.name}`;
      try {
        await kind.remove(leftover);
        removed.push(title);
      } catch (error) {
        if (!isInUse(error)) throw error;
        held.push(`${title} (${error.message}): ${kind.command(leftover)}`);
      }
    }
  }
  // What was just asked to go is looked for again: a load balancer takes its time, and its interfaces take more.
  if (removed.length === 0 && held.length === 0) return { complete: true, said: 'nothing is left' };
  // What was removed in this very look is not held by anything: it gets another.
  if (clock.elapsed >= clock.limit && held.length > 0) {
    throw new Error(
      `${held.length} left after ${Math.round(clock.elapsed / 60)} minutes; ` +
        `remove what holds them, run these, and destroy again:\n${held.join('\n')}`,
    );
  }
  return { complete: false, said: `removed: ${list(removed)}; in use: ${list(held)}` };
}

async function everything(kinds: readonly Kind[]): Promise<{ kind: Kind; leftover: Leftover }[]> {
  const found = await Promise.all(
    kinds.map(async (kind) => (await kind.find()).map((leftover) => ({ kind, leftover }))),
  );
  return found.flat();
}

const list = (titles: readonly string[]) => (titles.length === 0 ? 'nothing' : titles.join(', '));
