import type { ConfigMap } from 'kubernetes-types/core/v1';
import { labels } from './labels';
import type { Profile } from './profile';

/** The ConfigMap that tells members how many of them there are to be. */
export const REPLICAS = { configMap: 'berth-replicas', key: 'replicas' } as const;

/** How the number of replicas is changed here, for people and for `berth scale`; `N` stands for the number. */
export const REPLICAS_COMMAND = 'berth.example.com/replicas-command';

/**
 * How many members there are, beside the pods and not in them: a number in the pod template would roll every member
 * when it changes, and the last one of three has no other to answer for it meanwhile. Members read it as they start,
 * and only one that begins a cluster needs it.
 */
export function replicas(profile: Profile) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: REPLICAS.configMap, namespace: profile.namespace, labels },
    data: { [REPLICAS.key]: String(profile.replicas) },
  } satisfies ConfigMap;
}
