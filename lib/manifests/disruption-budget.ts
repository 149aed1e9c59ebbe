import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { contract } from '../contract';
import { labels, selector } from './labels';
import type { Profile } from './profile';

/**
 * Lets a node drain take one member at a time, which three and five members survive with their quorum.
 * A member that is not ready may always be evicted: keeping it would block the drain and save nothing.
 */
export function disruptionBudget(profile: Profile) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: contract.name, namespace: profile.namespace, labels },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  } satisfies PodDisruptionBudget;
}
