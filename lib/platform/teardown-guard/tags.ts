/**
 * The tags by which the cluster's controllers mark what they make. Nothing without one of them is ever touched.
 *
 * - Load balancer controller: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/
 * - EBS CSI driver: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
 * - VPC CNI: https://github.com/aws/amazon-vpc-cni-k8s#cluster_name
 */
export function clusterTags(clusterName: string) {
  return {
    /** Load balancers, target groups and security groups of Ingresses and Services. */
    loadBalancing: { 'elbv2.k8s.aws/cluster': clusterName },
    /**
     * Volumes of claims, either of: what the driver knows of its cluster where it was told (two tags, as the first alone
     * is also on nodes and their security group), and what our StorageClass has it write in any case.
     */
    volume: [
      { ...owned(clusterName), ...OF_THE_DRIVER },
      { ...volumeTag(clusterName), ...OF_THE_DRIVER },
    ],
    /** Network interfaces that nodes got for their pods. */
    networkInterface: { 'cluster.k8s.amazonaws.com/name': clusterName },
    /** Security groups of the cluster and its nodes, in which the controller writes rules. */
    nodeSecurityGroup: owned(clusterName),
  } as const;
}

const OF_THE_DRIVER = { 'ebs.csi.aws.com/cluster': 'true' } as const;

/** What the StorageClass has the driver write on each volume, so that it is found by the cluster's name. */
export function volumeTag(clusterName: string): Tags {
  return { 'berth/cluster': clusterName };
}

export type Tags = Readonly<Record<string, string>>;

function owned(clusterName: string): Tags {
  return { [`kubernetes.io/cluster/${clusterName}`]: 'owned' };
}

/** Tags as the filters of EC2's `Describe` operations. */
export function tagFilters(tags: Tags) {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

/** The filter of EC2's `Describe` operations for one VPC; none for all of the region. */
export function inNetwork(vpcId: string | undefined) {
  return vpcId === undefined ? [] : [{ Name: 'vpc-id', Values: [vpcId] }];
}
