import { EKSClient } from '@aws-sdk/client-eks';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secret, ServiceAccount } from 'kubernetes-types/core/v1';
import { clientSettings, type Account } from '../account';
import type { KubernetesApi } from '../kubernetes-api';
import { assertPodIdentity } from './pod-identity';

/** The part of an ExternalSecret (external-secrets.io/v1) that is read. */
interface ExternalSecret {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: {
    readonly refreshPolicy?: 'CreatedOnce' | 'Periodic' | 'OnChange';
    readonly secretStoreRef: { readonly name: string };
    readonly target: { readonly name: string; readonly creationPolicy?: 'Owner' | 'Orphan' };
    readonly data: readonly { readonly secretKey: string; readonly remoteRef: { readonly key: string } }[];
  };
}

const GROUP = '/apis/external-secrets.io/v1';
const OPERATOR = '/api/v1/serviceaccounts?labelSelector=rehearsal/plays=external-secrets';

/**
 * Plays the External Secrets Operator: copies values of the account's Secrets Manager into Secrets. A Secret of policy
 * CreatedOnce is left alone once it is there; one of policy Owner goes with the object that brought it.
 * It works only while its chart is installed, and in the one namespace the chart was told.
 */
export class ExternalSecrets {
  private readonly secrets: SecretsManagerClient;
  private readonly eks: EKSClient;

  constructor(
    private readonly api: KubernetesApi,
    account: Account,
    private readonly cluster: string,
  ) {
    const settings = clientSettings(account);
    this.secrets = new SecretsManagerClient(settings);
    this.eks = new EKSClient(settings);
  }

  async reconcile(): Promise<void> {
    const [operator] = (await this.api.get<{ items: ServiceAccount[] }>(OPERATOR))?.items ?? [];
    const namespace = operator?.metadata?.annotations?.['rehearsal/scoped-namespace'];
    if (!operator || namespace === undefined) return;
    const path = `${GROUP}/namespaces/${namespace}/externalsecrets`;
    const wanted = (await this.api.get<{ items: ExternalSecret[] }>(path))?.items ?? [];
    if (wanted.length === 0) return;
    const { metadata = {} } = operator;
    await assertPodIdentity(this.eks, this.cluster, `${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    for (const one of wanted) await this.provide(one);
  }

  private async provide({ metadata, spec }: ExternalSecret): Promise<void> {
    const { namespace } = metadata;
    const store = `${GROUP}/namespaces/${namespace}/secretstores/${spec.secretStoreRef.name}`;
    if ((await this.api.get(store)) === undefined) return;
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const there = await this.api.get<Secret>(`${path}/${spec.target.name}`);
    if (there && spec.refreshPolicy === 'CreatedOnce') return;
    const data: Record<string, string> = {};
    for (const { secretKey, remoteRef } of spec.data) {
      const { SecretString = '' } = await this.secrets.send(
        new GetSecretValueCommand({ SecretId: remoteRef.key }),
      );
      data[secretKey] = Buffer.from(SecretString).toString('base64');
    }
    const same = Object.entries(data).every(([key, value]) => there?.data?.[key] === value);
    if (there && same) return;
    if (there) await this.api.patch(`${path}/${spec.target.name}`, { data });
    else await this.api.create(path, { ...secretOf({ metadata, spec }), data });
  }
}

function secretOf({ metadata, spec }: ExternalSecret): Secret {
  const owner = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: spec.target.name,
      namespace: metadata.namespace,
      ...(spec.target.creationPolicy === 'Orphan' ? {} : { ownerReferences: [owner] }),
    },
  };
}
