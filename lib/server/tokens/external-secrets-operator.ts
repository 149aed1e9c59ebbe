import { Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { contract } from '../../contract';
import { podRole } from '../../platform/pod-role';

/** The one thing here that comes from the internet; its images come from ghcr.io. */
export const OPERATOR_CHART = {
  repository: 'https://charts.external-secrets.io',
  chart: 'external-secrets',
  version: '2.9.0',
} as const;

const NAMESPACE = 'external-secrets';
const SERVICE_ACCOUNT = 'external-secrets';

export interface ExternalSecretsOperatorProps {
  readonly cluster: eks.ICluster;
  /** All it may read, by the identity of its own pods. */
  readonly secrets: readonly Secret[];
  /** What must be there first: the server's namespace, which its permissions are in. */
  readonly after: readonly IDependable[];
}

/**
 * The External Secrets Operator, which copies values of Secrets Manager into Secrets of the server's namespace.
 *
 * It sees this one namespace (a Role, no ClusterRole) and reads these secrets and no others. Its admission webhook is
 * left out: it would check objects that only this app makes, and would have to be up for any of them to change.
 */
export class ExternalSecretsOperator extends Construct {
  constructor(scope: Construct, id: string, props: ExternalSecretsOperatorProps) {
    super(scope, id);
    const { cluster, secrets, after } = props;
    const role = podRole(this, 'Role', `External Secrets Operator: reads the secrets of ${contract.name}`);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        resources: secrets.map(({ secretArn }) => secretArn),
      }),
    );
    const identity = new eks.CfnPodIdentityAssociation(this, 'Identity', {
      clusterName: cluster.clusterName,
      namespace: NAMESPACE,
      serviceAccount: SERVICE_ACCOUNT,
      roleArn: role.roleArn,
    });
    // A pod gets its identity when it starts, or not at all.
    identity.node.addDependency(role);
    const chart = new eks.HelmChart(this, 'Chart', {
      cluster,
      ...OPERATOR_CHART,
      release: 'external-secrets',
      namespace: NAMESPACE,
      createNamespace: true,
      wait: true,
      atomic: true,
      timeout: Duration.minutes(10),
      values: {
        // Among the chart's templates, so that Helm upgrades them with it.
        installCRDs: true,
        serviceAccount: { create: true, name: SERVICE_ACCOUNT },
        scopedNamespace: contract.name,
        scopedRBAC: true,
        processClusterStore: false,
        processClusterExternalSecret: false,
        processClusterPushSecret: false,
        processClusterGenerator: false,
        processPushSecret: false,
        webhook: { create: false },
        certController: { create: false },
        resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
      },
    });
    chart.node.addDependency(identity, ...after);
  }
}
