import { setTimeout as sleep } from 'node:timers/promises';
import { contract } from '../contract';
import { pods } from '../deploy/pods';
import { waitForRollout } from '../deploy/rollout';
import { evenWhenInterrupted, interrupted } from '../process/interrupt';
import { waitFor } from '../process/wait';
import type { Target } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { memberNames, membersBy, type Members } from './members';
import type { Owner } from './owner';
import { allowFewer, allowNoFewer } from './permission';
import { look, readyPod, unready, type RunningSet } from './set';

/** Longer than a readiness probe takes to notice, on any platform. */
const NOTICE_SECONDS = 90;
const GONE_SECONDS = 300;
const ROLLOUT_SECONDS = 300;

/**
 * Lets members leave one at a time, the highest ordinal first, and lowers the number of replicas once they have.
 *
 * Everything it needs to know is in the cluster, so it may be interrupted anywhere and be called again. A member that
 * left and whose pod is still there after five minutes comes back by itself.
 * @returns names of those that left
 * @throws UserError a member is not ready: those that stay must be able to go on without those that leave
 */
export async function shrink(
  target: Target,
  set: RunningSet,
  to: number,
  owner: Owner,
  progress: Progress,
): Promise<string[]> {
  const from = set.replicas;
  const members = membersBy(target, await readyPod(target, to));
  await checkAllReady(target, members, from);
  const leavers = memberNames(to, from).reverse();
  for (const name of leavers) {
    await progress.step(`${name} leaves`, (detail) => leave(target, members, set, name, detail));
  }
  const renew = async () => {
    for (const name of leavers) await members.dismiss(name);
    await allowFewer(target, from, to);
  };
  await renew();
  try {
    await owner.change(to, progress, renew);
  } finally {
    await evenWhenInterrupted(() => allowNoFewer(target));
  }
  await progress.step('Waiting for their pods to be gone', async (detail) => {
    await waitUntilGone(target, leavers, detail);
    await waitForRollout(target, ROLLOUT_SECONDS, detail);
    detail('');
  });
  // Their pods are gone, so they need not be kept away any more; the next growth begins at once.
  for (const name of leavers) await members.readmit(name);
  return leavers;
}

/** Those that left in a call before this one, or are about to, are unready because they were told so. */
async function checkAllReady(target: Target, members: Members, replicas: number): Promise<void> {
  const list = await members.list();
  const retired = list.filter((member) => member.retired).map(({ name }) => name);
  const known = new Set(list.map(({ name }) => name));
  const staying = memberNames(0, replicas).filter((name) => known.has(name) && !retired.includes(name));
  const learning = list.filter(({ voter }) => !voter).map(({ name }) => `${name} (is still catching up)`);
  const reasons = [...(await unready(target, staying)), ...learning];
  if (reasons.length > 0) {
    throw new UserError(
      `not every member is ready: ${reasons.join(', ')}; a member leaves only while all others are there; ${look(target)}`,
    );
  }
}

async function leave(
  target: Target,
  members: Members,
  set: RunningSet,
  name: string,
  detail: (text: string) => void,
): Promise<void> {
  const found = (await members.list()).find((member) => member.name === name);
  if (!found) {
    detail('it had left before');
    return;
  }
  detail('telling load balancers to let go of it');
  await members.retire(name);
  await waitFor(
    `that ${name} is seen as unready`,
    async () => ((await unready(target, [name])).length > 0 ? true : undefined),
    { seconds: NOTICE_SECONDS },
  );
  detail(`serving on for ${set.drainSeconds} s while they do`);
  await sleep(set.drainSeconds * 1000, undefined, { signal: interrupted() }).catch(() => undefined);
  interrupted().throwIfAborted();
  detail('taking it off the list');
  await members.dismiss(name);
  detail('');
}

async function waitUntilGone(
  target: Target,
  names: readonly string[],
  detail: (text: string) => void,
): Promise<void> {
  await waitFor(
    `the end of ${names.join(', ')}`,
    async () => {
      const there = (await pods(target)).map(({ metadata }) => metadata.name);
      const left = names.filter((name) => there.includes(name));
      detail(left.join(', '));
      return left.length === 0 || undefined;
    },
    { seconds: GONE_SECONDS, every: 500 },
  );
}

/** The claims of the volumes that pods of these names left behind. */
export async function claimsOf(target: Target, names: readonly string[]): Promise<string[]> {
  const listed = await target.kubectl([
    ...['get', 'persistentvolumeclaims', '--namespace', contract.name],
    ...['--output', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'],
  ]);
  return listed.split('\n').filter((claim) => names.some((name) => claim === `data-${name}`));
}
