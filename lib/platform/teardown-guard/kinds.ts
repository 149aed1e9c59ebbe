import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Kind } from './leftover';
import { loadBalancers, targetGroups } from './load-balancing';
import { networkInterfaces } from './network-interfaces';
import { securityGroups } from './security-groups';
import { clusterTags } from './tags';
import { volumes } from './volumes';

export interface ClusterLeftovers {
  /**
   * What the load balancer controller removes itself if it gets the time. Neither the security group that it may leave
   * behind, nor volumes: their class retains them, so the driver never removes one.
   */
  readonly ofControllers: readonly Kind[];
  /** That, and what nodes leave; in the order in which it can go. */
  readonly all: readonly Kind[];
}

export interface Clients {
  readonly ec2: EC2Client;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
}

export function awsClients(): Clients {
  return { ec2: new EC2Client(), loadBalancing: new ElasticLoadBalancingV2Client() };
}

/** Everything in the account and region that is tagged as made for the cluster; in one VPC, if that is said. */
export function clusterLeftovers(
  cluster: { readonly name: string; readonly vpcId?: string; readonly keepVolumes: boolean },
  { ec2, loadBalancing }: Clients,
): ClusterLeftovers {
  const tags = clusterTags(cluster.name);
  const balancing = [
    loadBalancers(loadBalancing, cluster.vpcId, tags.loadBalancing),
    targetGroups(loadBalancing, cluster.vpcId, tags.loadBalancing),
  ];
  const groups = securityGroups(ec2, cluster.vpcId, tags.loadBalancing, tags.nodeSecurityGroup);
  const kept = cluster.keepVolumes ? [] : [volumes(ec2, tags.volume)];
  return {
    ofControllers: balancing,
    all: [...balancing, networkInterfaces(ec2, cluster.vpcId, tags.networkInterface), groups, ...kept],
  };
}
