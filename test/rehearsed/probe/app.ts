import { App, CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { KubectlV36Layer } from '@aws-cdk/lambda-layer-kubectl-v36';

/** A cluster, and stacks beside it that are each wrong in one way which a rehearsal has to see. */
const app = new App();
const env = { region: 'eu-central-1' };

const platform = new Stack(app, 'probe-cluster', { env });
const cluster = new eks.Cluster(platform, 'Cluster', {
  clusterName: 'probe',
  vpc: new ec2.Vpc(platform, 'Vpc', { maxAzs: 2, natGateways: 0 }) as ec2.IVpc,
  vpcSubnets: [{ subnetType: ec2.SubnetType.PUBLIC }],
  version: eks.KubernetesVersion.of('1.36'),
  defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
  defaultCapacity: 0,
  kubectlProviderOptions: { kubectlLayer: new KubectlV36Layer(platform, 'Kubectl') },
}) as unknown as eks.ICluster;

const configMap = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'probe', namespace },
});

const sound = new Stack(app, 'probe-sound', { env });
const space = new eks.KubernetesManifest(sound, 'Namespace', {
  cluster,
  manifest: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'probe' } }],
});
new eks.KubernetesManifest(sound, 'ConfigMap', {
  cluster,
  manifest: [configMap('probe')],
}).node.addDependency(space);

const outOfOrder = new Stack(app, 'probe-out-of-order', { env });
new eks.KubernetesManifest(outOfOrder, 'ConfigMap', { cluster, manifest: [configMap('later')] });
new eks.KubernetesManifest(outOfOrder, 'Namespace', {
  cluster,
  manifest: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } }],
});

const denied = new Stack(app, 'probe-denied', { env });
new eks.KubernetesManifest(denied, 'Namespace', {
  cluster,
  manifest: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'denied' } }],
});

const chart = (stack: Stack, version: string, values: Record<string, unknown>) =>
  new eks.HelmChart(stack, 'Chart', {
    cluster,
    repository: 'https://aws.github.io/eks-charts',
    chart: 'aws-load-balancer-controller',
    version,
    release: 'probe',
    namespace: 'kube-system',
    values,
  });
chart(new Stack(app, 'probe-chart-version', { env }), '1.0.0', {});
chart(new Stack(app, 'probe-chart-value', { env }), '3.5.0', { clustrName: 'probe' });

// The CDK checks properties against the type's own schema, so they have to be right.
const budget = { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 1, Unit: 'USD' } };
const unknown = new Stack(app, 'probe-unknown-type', { env });
new CfnResource(unknown, 'Budget', { type: 'AWS::Budgets::Budget', properties: { Budget: budget } });

app.synth();
