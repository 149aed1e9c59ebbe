import { contract } from '../../contract';
import type { KubernetesObject } from '../../manifests/kubernetes-object';
import { labels } from '../../manifests/labels';

/** The version of the operator's API that these objects are written for. */
const API_VERSION = 'external-secrets.io/v1';
const STORE = 'aws-secrets-manager';

export interface SecretStore extends KubernetesObject {
  readonly spec: {
    readonly provider: { readonly aws: { readonly service: string; readonly region: string } };
  };
}

export interface ExternalSecret extends KubernetesObject {
  readonly spec: {
    readonly refreshPolicy: 'Periodic' | 'CreatedOnce';
    readonly refreshInterval?: string;
    readonly secretStoreRef: { readonly kind: 'SecretStore'; readonly name: string };
    readonly target: {
      readonly name: string;
      readonly creationPolicy: 'Owner' | 'Orphan';
      readonly deletionPolicy: 'Retain';
    };
    readonly data: readonly { readonly secretKey: string; readonly remoteRef: { readonly key: string } }[];
  };
}

/** Secrets Manager of one region, read with the identity of the operator's own pods. */
export function secretStore(region: string): SecretStore {
  return {
    apiVersion: API_VERSION,
    kind: 'SecretStore',
    metadata: metadata(STORE),
    spec: { provider: { aws: { service: 'SecretsManager', region } } },
  };
}

/**
 * The Secret `berth-tokens`, which follows Secrets Manager within a minute; kubelet and server take another one or two,
 * and nothing is restarted. It stays when the value in Secrets Manager is lost: clients hold its tokens.
 */
export function tokensExternalSecret(arn: string): ExternalSecret {
  return externalSecret(contract.tokens, arn, {
    refreshPolicy: 'Periodic',
    // 44,000 calls a month, for 0.22 USD.
    refreshInterval: '1m',
    creationPolicy: 'Owner',
  });
}

/**
 * The Secret `berth-peers`, written once. A member that starts derives its certificate from it, and could not speak to
 * members that started with another, so it is replaced by a person or not at all; nor does it go with the object that
 * brought it.
 */
export function peersExternalSecret(arn: string): ExternalSecret {
  return externalSecret(contract.peerSecret, arn, {
    refreshPolicy: 'CreatedOnce',
    creationPolicy: 'Orphan',
  });
}

function externalSecret(
  target: { readonly secret: string; readonly key: string },
  arn: string,
  how: Pick<ExternalSecret['spec'], 'refreshPolicy' | 'refreshInterval'> & {
    readonly creationPolicy: 'Owner' | 'Orphan';
  },
): ExternalSecret {
  const { creationPolicy, ...refresh } = how;
  return {
    apiVersion: API_VERSION,
    kind: 'ExternalSecret',
    metadata: metadata(target.secret),
    spec: {
      ...refresh,
      secretStoreRef: { kind: 'SecretStore', name: STORE },
      target: { name: target.secret, creationPolicy, deletionPolicy: 'Retain' },
      data: [{ secretKey: target.key, remoteRef: { key: arn } }],
    },
  };
}

function metadata(name: string): KubernetesObject['metadata'] {
  return { name, namespace: contract.name, labels: { ...labels } };
}
