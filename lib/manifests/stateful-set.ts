import type { StatefulSet } from 'kubernetes-types/apps/v1';
import { contract } from '../contract';
import { labels, selector } from './labels';
import { DATA_VOLUME, podSpec } from './pod';
import type { Profile } from './profile';
import { REPLICAS_COMMAND } from './replicas';
import { timing } from './timing';

/**
 * The set of members, each with a name and a volume of its own that outlive its pods.
 *
 * Immutable once it exists, so right from the first volume on: `serviceName`, `selector`, `podManagementPolicy`
 * and `volumeClaimTemplates`.
 */
export function statefulSet(profile: Profile) {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: contract.name,
      namespace: profile.namespace,
      labels,
      annotations: { [REPLICAS_COMMAND]: profile.replicasCommand },
    },
    spec: {
      replicas: profile.replicas,
      serviceName: contract.services.peers,
      selector: { matchLabels: selector },
      // OrderedReady would never come back from an outage of all: the first pod cannot be ready without the others.
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      minReadySeconds: timing(profile).settle,
      revisionHistoryLimit: 5,
      // Volumes are deleted by a person, never as a consequence.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      template: { metadata: { labels }, spec: podSpec(profile) },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: DATA_VOLUME, labels: selector },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: profile.storage.className,
            resources: { requests: { storage: profile.storage.size } },
          },
        },
      ],
    },
  } satisfies StatefulSet;
}
