import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  type ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Kind, type Leftover, unlessGone } from './leftover';
import type { Tags } from './tags';

/** `DescribeTags` takes no more at once. */
const TAGS_AT_ONCE = 20;

/** Load balancers, with their listeners, which go with them. */
export function loadBalancers(
  client: ElasticLoadBalancingV2Client,
  vpcId: string | undefined,
  tags: Tags,
): Kind {
  return {
    name: 'load balancer',
    async find() {
      const found: Leftover[] = [];
      for await (const page of paginateDescribeLoadBalancers({ client }, {})) {
        for (const one of page.LoadBalancers ?? []) {
          if (vpcId === undefined || one.VpcId === vpcId)
            found.push({ id: one.LoadBalancerArn ?? '', name: one.LoadBalancerName ?? '' });
        }
      }
      return tagged(client, found, tags);
    },
    remove: ({ id }) => unlessGone(client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }))),
    command: ({ id }) => `aws elbv2 delete-load-balancer --load-balancer-arn ${id}`,
  };
}

export function targetGroups(
  client: ElasticLoadBalancingV2Client,
  vpcId: string | undefined,
  tags: Tags,
): Kind {
  return {
    name: 'target group',
    async find() {
      const found: Leftover[] = [];
      for await (const page of paginateDescribeTargetGroups({ client }, {})) {
        for (const one of page.TargetGroups ?? []) {
          if (vpcId === undefined || one.VpcId === vpcId)
            found.push({ id: one.TargetGroupArn ?? '', name: one.TargetGroupName ?? '' });
        }
      }
      return tagged(client, found, tags);
    },
    remove: ({ id }) => unlessGone(client.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }))),
    command: ({ id }) => `aws elbv2 delete-target-group --target-group-arn ${id}`,
  };
}

/** Those that carry all the tags. Elastic Load Balancing cannot be asked by tag. */
async function tagged(
  client: ElasticLoadBalancingV2Client,
  all: readonly Leftover[],
  tags: Tags,
): Promise<Leftover[]> {
  const kept = new Set<string>();
  for (let start = 0; start < all.length; start += TAGS_AT_ONCE) {
    const ResourceArns = all.slice(start, start + TAGS_AT_ONCE).map(({ id }) => id);
    const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns }));
    for (const { ResourceArn, Tags: has = [] } of TagDescriptions) {
      const carries = Object.entries(tags).every(([key, value]) =>
        has.some((tag) => tag.Key === key && tag.Value === value),
      );
      if (carries && ResourceArn !== undefined) kept.add(ResourceArn);
    }
  }
  return all.filter(({ id }) => kept.has(id));
}
