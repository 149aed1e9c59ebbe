import { paginateDescribeInstances, type Instance } from '@aws-sdk/client-ec2';
import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  paginateListNodegroups,
} from '@aws-sdk/client-eks';
import { names } from '../../config/names';
import { judge, type Check } from '../check';

/** What EKS tags the instances of a managed node group with. */
const CLUSTER_TAG = 'tag:eks:cluster-name';

/**
 * Node groups joined and of the cluster's version, one instance in each zone at least, their metadata service closed to
 * pods: a token is asked for, and its answer goes one hop.
 */
export const nodes: Check = {
  title: 'nodes joined, in each zone, metadata service closed to pods',
  applies: ({ stacks }) => stacks.platform !== undefined,
  async look({ settings, clients }) {
    const { cluster } = await clients.eks.send(new DescribeClusterCommand({ name: names.cluster }));
    const problems: string[] = [];
    const seen: string[] = [];
    for await (const page of paginateListNodegroups(
      { client: clients.eks },
      { clusterName: names.cluster },
    )) {
      for (const nodegroupName of page.nodegroups ?? []) {
        const { nodegroup } = await clients.eks.send(
          new DescribeNodegroupCommand({ clusterName: names.cluster, nodegroupName }),
        );
        const { status = '', version = '', health } = nodegroup ?? {};
        if (status !== 'ACTIVE') problems.push(`node group ${nodegroupName} is ${status}; allowed: ACTIVE`);
        if (version !== cluster?.version) {
          problems.push(
            `node group ${nodegroupName} has Kubernetes ${version}, the cluster ${cluster?.version ?? ''}; fix: npx cdk deploy ${names.stacks.platform}`,
          );
        }
        for (const { code, message } of health?.issues ?? []) {
          problems.push(`node group ${nodegroupName}: ${code ?? ''}: ${message ?? ''}`);
        }
        seen.push(nodegroupName);
      }
    }
    const instances: Instance[] = [];
    for await (const page of paginateDescribeInstances(
      { client: clients.ec2 },
      {
        Filters: [
          { Name: CLUSTER_TAG, Values: [names.cluster] },
          { Name: 'instance-state-name', Values: ['running'] },
        ],
      },
    )) {
      instances.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
    }
    const byZone = new Set(instances.map(({ Placement }) => Placement?.AvailabilityZone));
    for (const zone of settings.availabilityZones.filter((one) => !byZone.has(one))) {
      problems.push(
        `no node runs in ${zone}; allowed: one at least, as the volumes of a zone are for its nodes alone`,
      );
    }
    for (const { InstanceId = '', MetadataOptions: metadata } of instances) {
      if (metadata?.HttpTokens === 'required' && metadata.HttpPutResponseHopLimit === 1) continue;
      problems.push(
        `node ${InstanceId} has a metadata service with tokens ${metadata?.HttpTokens ?? 'unknown'} and hop limit ` +
          `${metadata?.HttpPutResponseHopLimit ?? 'unknown'}; allowed: required and 1, or a pod gets the node's role`,
      );
    }
    return judge(
      problems,
      `${seen.length} node groups of Kubernetes ${cluster?.version ?? ''}, ${instances.length} nodes in ${[...byZone].sort().join(', ')}`,
    );
  },
};
