import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { names } from '../../config/names';
import { loadBalancers, targetGroups } from '../../platform/teardown-guard/load-balancing';
import { clusterTags } from '../../platform/teardown-guard/tags';
import { bad, judge, type Check } from '../check';

export const loadBalancer: Check = {
  title: 'load balancer with every member healthy',
  applies: ({ stacks }) => stacks.server !== undefined,
  async look({ settings, clients }) {
    const tags = clusterTags(names.cluster).loadBalancing;
    const balancers = await loadBalancers(clients.loadBalancing, undefined, tags).find();
    if (balancers.length === 0) {
      return bad(
        `no load balancer carries the tags of cluster ${names.cluster}; allowed: one; fix: what ` +
          `'kubectl --namespace ${names.namespace} describe ingress' says`,
      );
    }
    const problems: string[] = [];
    const groups = await targetGroups(clients.loadBalancing, undefined, tags).find();
    let healthy = 0;
    for (const { id, name } of groups) {
      const { TargetHealthDescriptions = [] } = await clients.loadBalancing.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: id }),
      );
      for (const { Target, TargetHealth } of TargetHealthDescriptions) {
        if (TargetHealth?.State === 'healthy') healthy += 1;
        else {
          problems.push(
            `${Target?.Id ?? 'a target'} of ${name} is ${TargetHealth?.State ?? 'of no state'} (${TargetHealth?.Description ?? TargetHealth?.Reason ?? 'no reason given'})`,
          );
        }
      }
    }
    if (healthy < settings.replicas) {
      problems.push(
        `${healthy} members are healthy at ${balancers.map(({ name }) => name).join(', ')}; allowed: ${settings.replicas} (replicas)`,
      );
    }
    return judge(problems, `${balancers.map(({ name }) => name).join(', ')}: ${healthy} healthy`);
  },
};
