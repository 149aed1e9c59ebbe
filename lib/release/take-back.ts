import { contract } from '../contract';
import { isReady, podNamed, pods, withPods, type FollowedPods, type PodView } from '../deploy/pods';
import { waitFor } from '../process/wait';
import type { Cluster } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { messageOf, UserError } from '../terminal/user-error';
import type { ImageDeclaration } from './declaration';
import { evidenceOf } from './evidence';
import { podName, type BadPod } from './follow-pod';
import { holdBelow, holdNothing, observedSet, REVISION_LABEL } from './stateful-set';

/** A pod that serves nobody needs no long farewell. */
const GRACE_OF_UNREADY = 10;
/** Seconds each pod gets to be drained, replaced and ready on an image that has worked before. */
const BACK_SECONDS = 150;

/**
 * Goes back to the image that ran before, wherever the release got to, and returns when every pod is ready on it.
 * The bad pod goes first, before anything slow is done: from then on nobody is answered by it.
 * @param begun called once the bad pod is going and before the rest, to write down that the way is back from here
 * @returns how long users could reach the bad pod, in milliseconds; undefined if they never could
 * @throws UserError the old image does not come up either; what its pods say
 */
export async function takeBack(
  cluster: Cluster,
  declaration: ImageDeclaration,
  previous: string,
  bad: BadPod | undefined,
  progress: Progress,
  begun: () => Promise<void>,
): Promise<number | undefined> {
  let exposed: number | undefined;
  await progress.step('Taking the bad pod away', async (detail) => {
    const set = await observedSet(cluster);
    await holdBelow(cluster, set.spec.replicas);
    // Pods that are held back are made anew from the current revision, which is the old image's until all have left it.
    const { currentRevision, updateRevision } = set.status;
    if (currentRevision !== updateRevision) await removeStuck(cluster, updateRevision ?? '', bad, detail);
    if (bad?.servingSince !== undefined) exposed = Date.now() - bad.servingSince;
  });
  await begun();
  await progress.step(`Declaring the image before in ${declaration.name}`, (detail) =>
    declaration.declare(previous, detail),
  );
  const set = await observedSet(cluster);
  const good = set.status.updateRevision ?? '';
  await withPods(cluster, async (all) => {
    for (let ordinal = set.spec.replicas - 1; ordinal >= 0; ordinal -= 1) {
      await progress.step(`Pod ${podName(ordinal)}`, async (detail) => {
        await holdBelow(cluster, ordinal);
        await untilBack(cluster, all, podName(ordinal), good, detail);
        detail('is ready on the image before');
      });
    }
  });
  await holdNothing(cluster);
  return exposed;
}

/**
 * Deletes what cannot leave a broken revision by itself (https://github.com/kubernetes/kubernetes/issues/67250), and
 * the pod that was found bad, unless they are going already.
 */
async function removeStuck(
  cluster: Cluster,
  broken: string,
  bad: BadPod | undefined,
  detail: (text: string) => void,
): Promise<void> {
  for (const pod of await pods(cluster)) {
    const isBad = pod.metadata.uid === bad?.uid;
    const isStuck = pod.metadata.labels?.[REVISION_LABEL] === broken && !isReady(pod);
    if ((!isBad && !isStuck) || pod.metadata.deletionTimestamp !== undefined) continue;
    detail(pod.metadata.name);
    await deletePod(cluster, pod);
  }
}

/** Deletes this pod and not the one that may have come after it. One that serves gets its full farewell. */
async function deletePod(cluster: Cluster, pod: PodView): Promise<void> {
  const { name, uid } = pod.metadata;
  const options = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    ...(isReady(pod) ? {} : { gracePeriodSeconds: GRACE_OF_UNREADY }),
  };
  const path = `/api/v1/namespaces/${contract.name}/pods/${name}`;
  await cluster
    .kubectl(['delete', '--raw', path, '--filename', '-'], { input: JSON.stringify(options) })
    .catch((error: unknown) => {
      // Gone, or another of the same name: what was to happen has happened.
      if (!/NotFound|Conflict|not found|precondition/i.test(messageOf(error))) throw error;
    });
}

async function untilBack(
  cluster: Cluster,
  all: FollowedPods,
  name: string,
  good: string,
  detail: (text: string) => void,
): Promise<void> {
  let last: PodView | undefined;
  await waitFor(
    `${name}, ready on the image before`,
    async () => {
      const pod = podNamed(all.now(), name);
      last = pod ?? last;
      const going = pod?.metadata.deletionTimestamp !== undefined;
      const old = pod?.metadata.labels?.[REVISION_LABEL] === good;
      if (pod && old && !going && isReady(pod)) return true;
      detail(going ? 'the bad one ends' : old ? 'starts' : 'is being replaced');
      if (pod && !old && !going && !isReady(pod)) await deletePod(cluster, pod);
      return undefined;
    },
    { seconds: BACK_SECONDS, every: 300 },
  ).catch(async (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    const evidence = last ? await evidenceOf(cluster, last) : '  there is no such pod';
    throw new UserError(`${messageOf(error)}\n${evidence}`, { cause: error });
  });
}
