import { waitForRollout } from '../deploy/rollout';
import type { Target } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { memberNames, membersBy } from './members';
import type { Owner } from './owner';
import { allowNoFewer } from './permission';
import { readyPod, type RunningSet } from './set';

const ROLLOUT_SECONDS = 600;

/**
 * Raises the number of replicas and waits until the new members have caught up and vote. With as many as there are,
 * it lets those back in that an interrupted `shrink` has told to leave.
 * @returns names of those that joined
 */
export async function grow(
  target: Target,
  set: RunningSet,
  to: number,
  owner: Owner,
  progress: Progress,
): Promise<string[]> {
  const members = membersBy(target, await readyPod(target, set.replicas));
  await allowNoFewer(target);
  const list = await members.list();
  // Also those that are to come: they may have left minutes ago, and be kept away still.
  const others = memberNames(0, to).filter((name) => !list.some((one) => one.name === name && !one.retired));
  for (const name of others) await members.readmit(name);
  if (to > set.replicas) await owner.change(to, progress, () => Promise.resolve());
  await progress.step('Waiting until every member votes', async (detail) => {
    await waitForRollout(target, ROLLOUT_SECONDS, detail);
    detail('');
  });
  const now = await members.list();
  return now.map(({ name }) => name).filter((name) => !list.some((one) => one.name === name));
}
