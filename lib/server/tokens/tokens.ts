import { Duration, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { contract } from '../../contract';
import type { KubernetesObject } from '../../manifests/kubernetes-object';
import { kubernetesResource } from '../../platform/kubernetes-resource';
import { peersExternalSecret, secretStore, tokensExternalSecret } from './external-secrets';
import { ExternalSecretsOperator } from './external-secrets-operator';
import { generatedSecret } from './generated-secret';

export interface TokensProps {
  readonly cluster: eks.ICluster;
  /** What must be there first: the server's namespace, and the nodes' add-ons. */
  readonly after: readonly IDependable[];
}

/**
 * The Secrets the server reads: API tokens and what members of the store trust each other by. Both are generated in
 * Secrets Manager and brought into the namespace by the External Secrets Operator.
 *
 * Depend on this construct to come after both Secrets are in the cluster.
 */
export class Tokens extends Construct {
  /** Prints a token that `/v1` accepts, the newest. */
  readonly getTokenCommand: string;
  /** Adds a new token before the newest one there is; any other is no longer accepted within three minutes. */
  readonly rotateTokenCommand: string;

  constructor(scope: Construct, id: string, props: TokensProps) {
    super(scope, id);
    const { cluster, after } = props;
    const tokens = generatedSecret(this, 'Tokens', 'API tokens of the server, one a line');
    const peers = generatedSecret(this, 'Peers', 'What members of the store derive their certificates from');
    const operator = new ExternalSecretsOperator(this, 'Operator', {
      ...{ cluster, after },
      secrets: [tokens, peers],
    });
    const put = (object: KubernetesObject, ...needs: IDependable[]) =>
      kubernetesResource(this, { cluster, object, after: needs });
    const store = put(secretStore(Stack.of(this).region), operator);
    this.waitFor(cluster, contract.tokens, put(tokensExternalSecret(tokens.secretArn), store));
    this.waitFor(cluster, contract.peerSecret, put(peersExternalSecret(peers.secretArn), store));
    this.getTokenCommand = `${readCommand(tokens)} | head -n 1`;
    this.rotateTokenCommand =
      `aws secretsmanager put-secret-value --region ${Stack.of(this).region} --secret-id ${tokens.secretArn} ` +
      `--secret-string "$(openssl rand -hex 32; ${this.getTokenCommand})"`;
  }

  /** Applying an ExternalSecret does not wait for the Secret; asking for its uid does. */
  private waitFor(cluster: eks.ICluster, { secret }: { readonly secret: string }, needs: IDependable): void {
    const there = new eks.KubernetesObjectValue(this, `Wait for ${secret}`, {
      cluster,
      objectType: 'secret',
      objectName: secret,
      objectNamespace: contract.name,
      jsonPath: '.metadata.uid',
      timeout: Duration.minutes(5),
    });
    there.node.addDependency(needs);
  }
}

function readCommand(secret: Secret): string {
  const { region } = Stack.of(secret);
  return (
    `aws secretsmanager get-secret-value --region ${region} --secret-id ${secret.secretArn} ` +
    '--query SecretString --output text'
  );
}
