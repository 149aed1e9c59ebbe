import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { Stack } from 'aws-cdk-lib';
import { clusterTags, type Tags } from './tags';

/** What the guard may do: look at everything, which these APIs do not divide, and remove only what carries the tags. */
export function permissions(
  scope: IConstruct,
  clusterName: string,
  volumes: 'keep' | 'delete',
): PolicyStatement[] {
  const tags = clusterTags(clusterName);
  const arn = (service: string, resource: string) => Stack.of(scope).formatArn({ service, resource });
  const onTagged = (actions: string[], resources: string[], required: Tags) =>
    new PolicyStatement({
      actions,
      resources,
      conditions: {
        StringEquals: Object.fromEntries(
          Object.entries(required).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
        ),
      },
    });
  const elb = 'elasticloadbalancing';
  const securityGroups = [arn('ec2', 'security-group/*')];
  return [
    new PolicyStatement({
      actions: [
        `${elb}:DescribeLoadBalancers`,
        `${elb}:DescribeTargetGroups`,
        `${elb}:DescribeTags`,
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeVolumes',
      ],
      resources: ['*'],
    }),
    onTagged(
      [`${elb}:DeleteLoadBalancer`, `${elb}:DeleteTargetGroup`],
      [arn(elb, 'loadbalancer/*'), arn(elb, 'targetgroup/*')],
      tags.loadBalancing,
    ),
    onTagged(
      ['ec2:DeleteSecurityGroup', 'ec2:RevokeSecurityGroupIngress'],
      securityGroups,
      tags.loadBalancing,
    ),
    onTagged(['ec2:RevokeSecurityGroupIngress'], securityGroups, tags.nodeSecurityGroup),
    onTagged(['ec2:DeleteNetworkInterface'], [arn('ec2', 'network-interface/*')], tags.networkInterface),
    ...(volumes === 'delete' ? tags.volume : []).map((one) =>
      onTagged(['ec2:DeleteVolume'], [arn('ec2', 'volume/*')], one),
    ),
  ];
}
