import { Account } from './account';

export const VPC = 'vpc-1';
export const CLUSTER = 'berth';

const balancing = { 'elbv2.k8s.aws/cluster': CLUSTER };
const owned = { [`kubernetes.io/cluster/${CLUSTER}`]: 'owned' };
const ofDriver = { 'ebs.csi.aws.com/cluster': 'true' };
/** By what the driver was told of its cluster, by what the StorageClass says, by both. */
const volumes = {
  a: { ...owned, ...ofDriver },
  b: { 'berth/cluster': CLUSTER, ...ofDriver },
  c: { ...owned, 'berth/cluster': CLUSTER, ...ofDriver },
};
const pods = { 'cluster.k8s.amazonaws.com/name': CLUSTER };
const rule = (group: string, port = 8080) => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  UserIdGroupPairs: [{ GroupId: group }],
});

/** What a cluster leaves when its controllers got no time: one load balancer and all that hangs on it, volumes, interfaces. */
export function clusterLeft(account: Account = new Account()): Account {
  account.loadBalancers.push({
    ...{ id: 'alb', vpcId: VPC, tags: balancing, isProtected: false },
    ...{ groups: ['alb-group', 'k8s-traffic-berth-1'], forwardsTo: ['targets'] },
  });
  account.targetGroups.push({ id: 'targets', vpcId: VPC, tags: balancing });
  account.securityGroups.push(
    { id: 'alb-group', vpcId: VPC, tags: balancing, ingress: [] },
    { id: 'k8s-traffic-berth-1', vpcId: VPC, tags: balancing, ingress: [] },
    { id: 'nodes', vpcId: VPC, tags: owned, ingress: [rule('k8s-traffic-berth-1'), rule('nodes', 443)] },
  );
  for (const zone of ['a', 'b', 'c'] as const) {
    account.networkInterfaces.push({
      ...{ id: `alb-interface-${zone}`, vpcId: VPC, tags: { of: 'alb' }, status: 'in-use' },
      groups: ['alb-group', 'k8s-traffic-berth-1'],
    });
    account.networkInterfaces.push({
      ...{ id: `pods-${zone}`, vpcId: VPC, tags: pods, status: 'available', groups: ['nodes'] },
    });
    account.volumes.push({ id: `volume-${zone}`, vpcId: '', tags: volumes[zone] });
  }
  return account;
}

/** What belongs to others in the same account and VPC, each like something of the cluster but for one tag. */
export function othersHave(account: Account): Account {
  const other = { 'elbv2.k8s.aws/cluster': 'other' };
  const like = (id: string, tags: Record<string, string>, vpcId = VPC) => ({ id, vpcId, tags });
  for (const [name, tags, vpcId] of [
    ['other-cluster', other, VPC],
    ['untagged', {}, VPC],
    ['other-vpc', balancing, 'vpc-2'],
  ] as const) {
    account.loadBalancers.push({
      ...like(`alb-${name}`, tags, vpcId),
      ...{ groups: [], forwardsTo: [`targets-${name}`], isProtected: false },
    });
    account.targetGroups.push(like(`targets-${name}`, tags, vpcId));
    account.securityGroups.push({ ...like(`group-${name}`, tags, vpcId), ingress: [] });
  }
  account.networkInterfaces.push(
    {
      ...like('pods-other', { 'cluster.k8s.amazonaws.com/name': 'other' }),
      ...{ status: 'available', groups: [] },
    },
    { ...like('interface-untagged', {}), status: 'available', groups: [] },
  );
  account.volumes.push(
    like('volume-other', { 'kubernetes.io/cluster/other': 'owned', 'ebs.csi.aws.com/cluster': 'true' }),
    like('volume-of-a-node', owned),
    like('volume-of-other', { 'berth/cluster': 'other', ...ofDriver }),
    like('volume-untagged', {}),
  );
  return account;
}

export { rule };
