import type { Cluster } from '../targets/target';
import { UserError } from '../terminal/user-error';
import { Journal } from './journal';
import { pendingOf, waysOn } from './release';
import { holdNothing, imageOf, readSet } from './stateful-set';

/**
 * Refuses what would change the set under a release's hands: while one is half done, pods are held back, and what is
 * applied now would not reach them. One that failed both ways is left to whoever changes the set next, and nothing is
 * held any more.
 * @throws UserError which release it is, and how it is finished or taken back
 */
export async function assertNoReleaseUnderWay(cluster: Cluster): Promise<void> {
  const pending = pendingOf(await Journal.read(cluster));
  if (!pending) return;
  const set = await readSet(cluster);
  if (!set || ![pending.image, pending.previous].includes(imageOf(set))) return;
  if (pending.outcome === 'failed') {
    await holdNothing(cluster);
    return;
  }
  throw new UserError(
    `a ${pending.kind} of ${pending.image}, begun ${pending.startedAt} by ${pending.by}, is under way or was interrupted\n` +
      `  fix: ${waysOn(pending)}`,
  );
}
