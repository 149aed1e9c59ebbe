import type { Cluster } from '../targets/target';
import { UserError } from '../terminal/user-error';
import { Journal } from './journal';
import { pendingOf } from './release';
import { imageOf, readSet } from './stateful-set';

/**
 * Refuses what would change the set under a release's hands: while one is half done, pods are held back, and what is
 * applied now would not reach them.
 * @throws UserError which release it is, and how it is finished or taken back
 */
export async function assertNoReleaseUnderWay(cluster: Cluster): Promise<void> {
  const pending = pendingOf(await Journal.read(cluster));
  if (!pending || pending.outcome === 'failed') return;
  const set = await readSet(cluster);
  if (!set || ![pending.image, pending.previous].includes(imageOf(set))) return;
  throw new UserError(
    `a ${pending.kind} of ${pending.image}, begun ${pending.startedAt} by ${pending.by}, is under way or was interrupted\n` +
      "  fix: 'bin/berth release' goes on with it, 'bin/berth rollback' takes it back",
  );
}
