import type { ServiceAccount } from 'kubernetes-types/core/v1';
import { contract } from '../contract';
import { labels } from './labels';
import type { Profile } from './profile';

/** An identity with no rights and no token: the server never talks to the Kubernetes API. */
export function serviceAccount(profile: Profile) {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: contract.name, namespace: profile.namespace, labels },
    automountServiceAccountToken: false,
  } satisfies ServiceAccount;
}
