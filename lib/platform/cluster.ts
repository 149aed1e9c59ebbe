import { RemovalPolicies, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { kubernetesRelease } from '../config/kubernetes-version';
import { names } from '../config/names';
import type { Settings } from '../config/settings';

/**
 * The EKS control plane: who may talk to it, what it logs, how it keeps Secrets.
 *
 * Nobody is an administrator by having deployed it: those in the settings are, and the Lambda that applies manifests.
 */
export class ControlPlane extends Construct {
  readonly cluster: eks.ICluster;

  constructor(scope: Construct, id: string, props: { readonly settings: Settings; readonly vpc: IVpc }) {
    super(scope, id);
    const { settings, vpc } = props;
    const release = kubernetesRelease(settings.kubernetesVersion);
    const logs = new LogGroup(this, 'Logs', {
      // EKS writes to a group of this name, and makes it without an end date if it is not there.
      logGroupName: `/aws/eks/${names.cluster}/cluster`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const cluster = new eks.Cluster(this, 'Cluster', {
      clusterName: names.cluster,
      version: eks.KubernetesVersion.of(settings.kubernetesVersion),
      vpc,
      vpcSubnets: [{ subnets: vpc.privateSubnets }],
      // Nodes are made in nodes.ts; without this there would be EKS Auto Mode.
      defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
      bootstrapClusterCreatorAdminPermissions: false,
      // The add-ons of addons.ts come instead, before the nodes.
      bootstrapSelfManagedAddons: false,
      endpointAccess:
        settings.endpointCidrs.length === 0
          ? eks.EndpointAccess.PRIVATE
          : eks.EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...settings.endpointCidrs),
      clusterLogging: Object.values(eks.ClusterLoggingTypes),
      secretsEncryptionKey: new Key(this, 'SecretsKey', {
        description: 'Kubernetes Secrets of the cluster berth',
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      kubectlProviderOptions: { kubectlLayer: release.kubectlLayer(this, 'KubectlLayer') },
      // Each object is a resource of its own, deleted by CloudFormation: see kubernetes-resource.ts.
      prune: false,
    });
    // The library's classes and interfaces disagree about `undefined` under exactOptionalPropertyTypes.
    this.cluster = cluster as eks.ICluster;
    const resource = cluster.node.defaultChild as eks.CfnCluster;
    resource.node.addDependency(logs);
    // Extended support costs six times as much. So EKS moves the cluster up when standard support has ended, and
    // synthesis warns: see supportWarning.
    resource.upgradePolicy = { supportType: 'STANDARD' };
    resource.deletionProtection = settings.deletionProtection === 'on';
    // The Lambdas' log groups would outlive the stack.
    RemovalPolicies.of(this).destroy({ applyToResourceTypes: ['AWS::Logs::LogGroup'] });
    Validations.of(cluster).acknowledge({
      id: 'CloudFormation-Validate::W9009',
      reason: 'The schema calls it deprecated and the service requires it: the list of what the key encrypts',
    });
    for (const arn of settings.administrators) {
      // The id names the person, not a place in the list: reordering the list must not replace entries.
      new eks.AccessEntry(this, `Administrator ${arn.slice(arn.indexOf('::') + 2).replaceAll('/', ' ')}`, {
        cluster: this.cluster,
        principal: arn,
        accessPolicies: [
          eks.AccessPolicy.fromAccessPolicyName('AmazonEKSClusterAdminPolicy', {
            accessScopeType: eks.AccessScopeType.CLUSTER,
          }),
        ],
      });
    }
  }
}
