import type { Namespace } from 'kubernetes-types/core/v1';
import type { Profile } from './profile';
import { labels } from './labels';

/** The namespace, in which Pod Security admission refuses any pod below the `restricted` standard. */
export function namespace(profile: Profile) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: profile.namespace,
      labels: {
        ...labels,
        ...profile.namespaceLabels,
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  } satisfies Namespace;
}
