import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import { AccessLogs } from './access-logs';
import { NodeAddons, PodAddons } from './addons';
import { ControlPlane } from './cluster';
import { imageRepository } from './image-repository';
import { kubernetesResource } from './kubernetes-resource';
import { LoadBalancerController } from './load-balancer-controller';
import { Network } from './network';
import { Nodes } from './nodes';
import { storageClass } from './storage-class';
import { TeardownGuard } from './teardown-guard/teardown-guard';

export interface PlatformStackProps extends StackProps {
  readonly settings: Settings;
}

/**
 * The network, the cluster with what every cluster needs, and the image's registry: what changes rarely and takes
 * long. Whatever runs on it is in stacks of its own, which are deployed after it and destroyed before it.
 */
export class PlatformStack extends Stack {
  readonly network: Network;
  readonly vpc: ec2.IVpc;
  readonly cluster: eks.ICluster;
  readonly repository: ecr.Repository;
  readonly accessLogs: AccessLogs;

  constructor(scope: Construct, id: string, props: PlatformStackProps) {
    super(scope, id, props);
    const { settings } = props;
    this.network = new Network(this, 'Network', settings);
    this.vpc = this.network.vpc;
    this.repository = imageRepository(this, 'Repository');
    this.accessLogs = new AccessLogs(this, 'AccessLogs');
    const { cluster } = new ControlPlane(this, 'ControlPlane', { settings, vpc: this.vpc });
    this.cluster = cluster;

    const nodeAddons = new NodeAddons(this, 'NodeAddons', { settings, cluster });
    const nodes = new Nodes(this, 'Nodes', { settings, cluster });
    nodes.node.addDependency(nodeAddons);
    const podAddons = new PodAddons(this, 'PodAddons', { settings, cluster, nodes, nodeAddons });
    const controller = new LoadBalancerController(this, 'LoadBalancerController', {
      cluster,
      after: [nodes, podAddons],
    });
    const guard = new TeardownGuard(this, 'TeardownGuard', {
      clusterName: names.cluster,
      vpcId: this.vpc.vpcId,
      cluster: cluster.node.defaultChild as eks.CfnCluster,
      volumes: settings.dataOnDestroy,
    });
    guard.waitsFor(controller, podAddons, nodes, nodeAddons);
    guard.clearsAfter(nodes);
    kubernetesResource(this, { cluster, object: storageClass, after: [podAddons.storageDriver] });

    new CfnOutput(this, 'KubeconfigCommand', {
      description:
        'Gives kubectl the cluster; as one of the administrators, from where its endpoint may be reached',
      value: `aws eks update-kubeconfig --region ${this.region} --name ${names.cluster}`,
    });
    new CfnOutput(this, 'RepositoryUri', { value: this.repository.repositoryUri });
  }
}
