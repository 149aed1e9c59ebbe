import { contract } from '../contract';
import { waitFor } from '../process/wait';
import type { Cluster } from '../targets/target';

const SET = ['statefulset', contract.name, '--namespace', contract.name];

/** What a release looks at of the set: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/ */
export interface SetView {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    readonly updateStrategy: { readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

/** The set as it is now, or undefined where there is none. */
export async function readSet(cluster: Cluster): Promise<SetView | undefined> {
  const json = await cluster.kubectl(['get', ...SET, '--ignore-not-found', '--output', 'json']);
  return json === '' ? undefined : (JSON.parse(json) as SetView);
}

/** The set, once the controller has seen its latest change: before, its status speaks of an older template. */
export async function observedSet(cluster: Cluster): Promise<SetView> {
  return waitFor(
    `StatefulSet ${contract.name}, seen by its controller`,
    async () => {
      const set = await readSet(cluster);
      return set && set.status.observedGeneration === set.metadata.generation ? set : undefined;
    },
    { seconds: 30, every: 100 },
  );
}

export function imageOf(set: SetView): string {
  return set.spec.template.spec.containers[0]?.image ?? '';
}

/** Pods below this ordinal keep the revision they run, also when they have to be made anew. */
export function partitionOf(set: SetView): number {
  return set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
}

/**
 * Lets only pods from this ordinal on follow the template. The manifests say nothing of it, so `kubectl apply`, by
 * whomever, leaves it as the release has set it.
 */
export async function holdBelow(cluster: Cluster, ordinal: number): Promise<void> {
  await patch(cluster, held({ partition: ordinal }));
}

/** Lets every pod follow the template again, as the manifests have it. */
export async function holdNothing(cluster: Cluster): Promise<void> {
  await patch(cluster, NOTHING_HELD);
}

const held = (rollingUpdate: { readonly partition: number } | null) =>
  JSON.stringify({ spec: { updateStrategy: { rollingUpdate } } });

/** The change that `holdNothing` makes, a JSON merge patch. */
export const NOTHING_HELD = held(null);

async function patch(cluster: Cluster, change: string): Promise<void> {
  await cluster.kubectl(['patch', ...SET, '--type', 'merge', '--patch', change]);
}

/** Label that the controller gives each pod: the revision of the template it was made from. */
export const REVISION_LABEL = 'controller-revision-hash';
