import { withPods } from '../deploy/pods';
import type { Progress } from '../terminal/progress';
import { followPod, podName, type Follow } from './follow-pod';
import { holdBelow, holdNothing, observedSet } from './stateful-set';

/**
 * Lets the pods follow the template one after the other, highest ordinal first, each only once the one before it
 * answers rightly. Interrupted, the set stays as it is: nothing rolls on by itself. Pods that have followed already
 * are only asked again.
 * @throws BadPod the first one that is not good enough; the ones below it were not touched
 */
export async function rollPods(release: Omit<Follow, 'pods'>, progress: Progress): Promise<void> {
  const { cluster, journal } = release;
  const set = await observedSet(cluster);
  const revision = set.status.updateRevision ?? '';
  await withPods(cluster, async (pods) => {
    for (let ordinal = set.spec.replicas - 1; ordinal >= 0; ordinal -= 1) {
      await progress.step(`Pod ${podName(ordinal)}`, async (detail) => {
        journal.assertHeld();
        await holdBelow(cluster, ordinal);
        await followPod({ ...release, pods }, ordinal, revision, detail);
        detail('runs the new image, answers rightly');
      });
    }
  });
  await holdNothing(cluster);
}
