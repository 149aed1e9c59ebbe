import { contract } from '../contract';
import { isReady, pods, reasonOf } from '../deploy/pods';
import type { Cluster } from '../targets/target';
import { UserError } from '../terminal/user-error';
import type { ImageDeclaration } from './declaration';
import { imageOf, partitionOf, readSet, REVISION_LABEL, type SetView } from './stateful-set';

/** What runs before a release: the set, and the image that is declared and in its template. */
export interface Before {
  readonly set: SetView;
  readonly image: string;
}

/**
 * Looks whether a release may begin: everything ready, nothing rolling, one image everywhere. What is not is for a
 * person to see to first: a release on top would hide it, or lose the majority of the members.
 * @throws UserError all that stands against it
 */
export async function preflight(cluster: Cluster, declaration: ImageDeclaration): Promise<Before> {
  const image = await declaration.current();
  const set = await readSet(cluster);
  if (!set) {
    throw new UserError(`there is no StatefulSet ${contract.name} on ${cluster.name}; install it first`);
  }
  const against = [...disagreements(set, declaration, image), ...(await unrest(cluster, set))];
  if (against.length === 0) return { set, image };
  throw new UserError(
    [
      'a release cannot begin now:',
      ...against.map((line) => `  ${line}`),
      `  look: ${cluster.kubectlHint} --namespace ${contract.name} get statefulset,pods`,
    ].join('\n'),
  );
}

function disagreements(set: SetView, declaration: ImageDeclaration, image: string): string[] {
  if (imageOf(set) === image) return [];
  return [`${declaration.name} declares ${image}, the set's template has ${imageOf(set)}`];
}

async function unrest(cluster: Cluster, { metadata, spec, status }: SetView): Promise<string[]> {
  const found: string[] = [];
  const all = await pods(cluster);
  if (all.length !== spec.replicas) found.push(`there are ${all.length} pods, not ${spec.replicas}`);
  for (const pod of all) {
    if (pod.metadata.deletionTimestamp !== undefined) found.push(`${pod.metadata.name} is being replaced`);
    else if (!isReady(pod)) found.push(`${pod.metadata.name} is not ready: ${reasonOf(pod)}`);
  }
  const rolling =
    status.observedGeneration !== metadata.generation ||
    all.some(({ metadata: pod }) => pod.labels?.[REVISION_LABEL] !== status.updateRevision);
  if (rolling) found.push("somebody else's roll is under way");
  const partition = partitionOf({ metadata, spec, status });
  if (partition > 0) found.push(`somebody holds back the pods below ordinal ${partition} (partition)`);
  return found;
}
