import { Aws, Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, type IDependable } from 'constructs';
import { names } from '../config/names';
import { loadBalancerPermissions } from './load-balancer-permissions';
import { podRole } from './pod-role';

/**
 * Version of the chart, and so of the controller (they have the same number since 3.0), its permissions and its CRDs.
 * Helm installs CRDs once and never upgrades them: see "Upgrades" in the README before changing this.
 */
export const LOAD_BALANCER_CONTROLLER_VERSION = '3.5.0';

const NAMESPACE = 'kube-system';
const SERVICE_ACCOUNT = 'aws-load-balancer-controller';

/**
 * The AWS Load Balancer Controller, which makes an Application Load Balancer of an Ingress.
 *
 * Not the library's AlbController: that stops at version 3.2.2, waits as long as its Lambda may run, and uses an
 * OIDC provider where this cluster has Pod Identity.
 */
export class LoadBalancerController extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly cluster: eks.ICluster; readonly after: readonly IDependable[] },
  ) {
    super(scope, id);
    const { cluster, after } = props;
    const role = podRole(this, 'Role', 'Load balancer controller: load balancers of the cluster berth');
    for (const statement of loadBalancerPermissions(cluster.vpc.vpcId)) role.addToPolicy(statement);
    const identity = new eks.CfnPodIdentityAssociation(this, 'Identity', {
      clusterName: cluster.clusterName,
      namespace: NAMESPACE,
      serviceAccount: SERVICE_ACCOUNT,
      roleArn: role.roleArn,
    });
    // The permissions as well: a controller that starts without them backs off for minutes.
    identity.node.addDependency(role);
    const chart = new eks.HelmChart(this, 'Chart', {
      cluster,
      repository: 'https://aws.github.io/eks-charts',
      chart: 'aws-load-balancer-controller',
      version: LOAD_BALANCER_CONTROLLER_VERSION,
      release: 'aws-load-balancer-controller',
      namespace: NAMESPACE,
      createNamespace: false,
      wait: true,
      atomic: true,
      // Less than the 15 minutes of the Lambda, so that Helm takes back what failed and says why.
      timeout: Duration.minutes(10),
      values: {
        clusterName: names.cluster,
        // Said, as pods cannot ask the node's metadata service.
        region: Aws.REGION,
        vpcId: cluster.vpc.vpcId,
        replicaCount: 2,
        podDisruptionBudget: { maxUnavailable: 1 },
        serviceAccount: { create: true, name: SERVICE_ACCOUNT },
        // Its webhook for Services of type LoadBalancer, of which there are none, would stop every other Service
        // while the controller is away (aws-load-balancer-controller#4140).
        enableServiceMutatorWebhook: false,
        enableShield: false,
        enableWaf: false,
        enableWafv2: false,
      },
    });
    chart.node.addDependency(identity, ...after);
  }
}
