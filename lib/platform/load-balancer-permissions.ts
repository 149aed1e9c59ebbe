import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { names } from '../config/names';

/** The tag the controller puts on everything it makes. */
const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

const elbArn = (path: string) =>
  `arn:${Aws.PARTITION}:elasticloadbalancing:${Aws.REGION}:${Aws.ACCOUNT_ID}:${path}`;
const ec2Arn = (path: string) => `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:${path}`;

const ours = { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: names.cluster } };
const madeAsOurs = { StringEquals: { [`aws:RequestTag/${CLUSTER_TAG}`]: names.cluster } };

/**
 * What the load balancer controller may do here: one cluster's application load balancers, target groups and security
 * groups, told by its tag. It has no permission for what this installation does not use: network load balancers'
 * addresses, WAF, Shield, Cognito, certificates by discovery.
 *
 * By the actions that version 3.5 calls and the service authorization reference,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html.
 * A new version of the chart means reading this list again; what is missing shows as AccessDenied in the Ingress's events.
 */
export function loadBalancerPermissions(vpcId: string): PolicyStatement[] {
  const inVpc = {
    StringEquals: { 'ec2:Vpc': `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:vpc/${vpcId}` },
  };
  return [
    new PolicyStatement({
      sid: 'Look',
      // Describe actions know no resources.
      resources: ['*'],
      actions: [
        'ec2:DescribeAccountAttributes',
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInstances',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeTags',
        'ec2:DescribeVpcPeeringConnections',
        'ec2:DescribeVpcs',
        'elasticloadbalancing:DescribeCapacityReservation',
        'elasticloadbalancing:DescribeListenerAttributes',
        'elasticloadbalancing:DescribeListenerCertificates',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeSSLPolicies',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
        'elasticloadbalancing:DescribeTrustStores',
      ],
    }),
    new PolicyStatement({
      sid: 'MakeTagged',
      actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
      resources: [elbArn('loadbalancer/app/*'), elbArn('targetgroup/*')],
      conditions: madeAsOurs,
    }),
    new PolicyStatement({
      sid: 'TagWhatIsMade',
      actions: ['elasticloadbalancing:AddTags'],
      resources: [
        elbArn('loadbalancer/app/*'),
        elbArn('targetgroup/*'),
        elbArn('listener/app/*'),
        elbArn('listener-rule/app/*'),
      ],
      conditions: {
        StringEquals: {
          'elasticloadbalancing:CreateAction': [
            'CreateLoadBalancer',
            'CreateTargetGroup',
            'CreateListener',
            'CreateRule',
          ],
        },
      },
    }),
    new PolicyStatement({
      sid: 'ChangeOwn',
      actions: [
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:RemoveTags',
        'elasticloadbalancing:CreateListener',
        'elasticloadbalancing:DeleteLoadBalancer',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:SetIpAddressType',
        'elasticloadbalancing:SetSecurityGroups',
        'elasticloadbalancing:SetSubnets',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:DeregisterTargets',
      ],
      resources: [elbArn('loadbalancer/app/*'), elbArn('targetgroup/*')],
      conditions: ours,
    }),
    new PolicyStatement({
      sid: 'ChangeOwnListeners',
      actions: [
        'elasticloadbalancing:AddListenerCertificates',
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateRule',
        'elasticloadbalancing:DeleteListener',
        'elasticloadbalancing:DeleteRule',
        'elasticloadbalancing:ModifyListener',
        'elasticloadbalancing:ModifyListenerAttributes',
        'elasticloadbalancing:ModifyRule',
        'elasticloadbalancing:RemoveListenerCertificates',
        'elasticloadbalancing:RemoveTags',
        'elasticloadbalancing:SetRulePriorities',
      ],
      resources: [elbArn('listener/app/*'), elbArn('listener-rule/app/*')],
      conditions: ours,
    }),
    new PolicyStatement({
      sid: 'MakeTaggedSecurityGroup',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [ec2Arn('security-group/*')],
      conditions: madeAsOurs,
    }),
    new PolicyStatement({
      sid: 'MakeSecurityGroupInVpc',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [ec2Arn(`vpc/${vpcId}`)],
    }),
    new PolicyStatement({
      sid: 'TagSecurityGroupMade',
      actions: ['ec2:CreateTags'],
      resources: [ec2Arn('security-group/*')],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' } },
    }),
    new PolicyStatement({
      sid: 'ChangeOwnSecurityGroups',
      actions: ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DeleteSecurityGroup'],
      resources: [ec2Arn('security-group/*')],
      conditions: ours,
    }),
    new PolicyStatement({
      sid: 'OpenSecurityGroupsOfTheVpc',
      // Besides its own it opens the nodes' security group, which EKS makes and tags as EKS likes.
      actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
      resources: [ec2Arn('security-group/*')],
      conditions: { ArnEquals: { 'ec2:Vpc': inVpc.StringEquals['ec2:Vpc'] } },
    }),
    new PolicyStatement({
      sid: 'RoleOfTheService',
      effect: Effect.ALLOW,
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*`,
      ],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    }),
  ];
}
