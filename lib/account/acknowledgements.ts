import type { Acknowledgement } from './acknowledge';

const managed = (...policies: string[]) =>
  policies.map((name) => `Policy::arn:<AWS::Partition>:iam::aws:policy/${name}`);
const elb = (path: string) =>
  `Resource::arn:<AWS::Partition>:elasticloadbalancing:<AWS::Region>:<AWS::AccountId>:${path}`;

const arnOf = (service: string, path: string) =>
  `arn:{partition}:${service}:{region}:<AWS::AccountId>:${path}`;

const GUARD = 'berth-platform/TeardownGuard';
const KUBECTL = 'berth-platform/ControlPlane/Cluster/KubectlProvider';

/** Every acknowledgement of platform, image and server, in one place. A test finds those that no longer apply. */
export const acknowledgements: readonly Acknowledgement[] = [
  {
    path: 'berth-platform/AccessLogs/Bucket',
    rule: 'AwsSolutions-S1',
    reason: 'It holds access logs; logging who reads them would need a bucket with the same question',
  },
  {
    path: 'berth-platform/ControlPlane/Cluster/Role',
    rule: 'AwsSolutions-IAM4',
    findings: managed('AmazonEKSClusterPolicy'),
    reason: 'What EKS does with this role is EKS’s to say; it keeps the policy up to date with the service',
  },
  {
    path: 'berth-platform/Nodes/Role',
    rule: 'AwsSolutions-IAM4',
    findings: managed('AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'),
    reason:
      'EKS checks for these by name; pods cannot reach the role, as the metadata service answers one hop',
  },
  {
    path: 'berth-platform/NodeAddons/NetworkRole',
    rule: 'AwsSolutions-IAM4',
    findings: managed('AmazonEKS_CNI_Policy'),
    reason: 'The policy that the add-on’s makers keep in step with its versions; only its own pods have it',
  },
  {
    path: 'berth-platform/PodAddons/StorageRole',
    rule: 'AwsSolutions-IAM4',
    findings: managed('service-role/AmazonEBSCSIDriverPolicy'),
    reason:
      'The policy that the add-on’s makers keep in step with its versions; it is limited to what the driver tagged',
  },
  {
    path: `${KUBECTL}/Handler`,
    rule: 'AwsSolutions-IAM4',
    findings: [
      ...managed(
        'service-role/AWSLambdaBasicExecutionRole',
        'service-role/AWSLambdaVPCAccessExecutionRole',
        'AmazonEC2ContainerRegistryReadOnly',
      ),
      'Policy::{"Fn::If":["ControlPlaneClusterKubectlProviderHandlerHasEcrPublic6AA9E5D7",' +
        '{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::aws:policy/AmazonElasticContainerRegistryPublicReadOnly"]]},' +
        '{"Ref":"AWS::NoValue"}]}',
    ],
    reason:
      'Made by aws-cdk-lib, which gives no way to replace these; they read images and write the Lambda’s log',
  },
  {
    path: `${KUBECTL}/Provider`,
    rule: 'AwsSolutions-IAM4',
    findings: managed(
      'service-role/AWSLambdaBasicExecutionRole',
      'service-role/AWSLambdaVPCAccessExecutionRole',
    ),
    reason: 'Made by aws-cdk-lib, which gives no way to replace these; they write the Lambda’s log',
  },
  {
    path: `${KUBECTL}/Provider`,
    rule: 'AwsSolutions-IAM5',
    findings: ['Resource::<ControlPlaneClusterKubectlProviderHandler4C29DBB3.Arn>:*'],
    reason: 'Any version of the one Lambda it calls; written by aws-cdk-lib',
  },
  {
    path: `${KUBECTL}/Handler`,
    rule: 'AwsSolutions-L1',
    reason: 'aws-cdk-lib chooses the newest Python that its handler was tested with',
  },
  {
    path: 'berth-platform/LoadBalancerController/Role',
    rule: 'AwsSolutions-IAM5',
    findings: ['Resource::*'],
    reason: 'Describe actions, which know no resources',
  },
  {
    path: 'berth-platform/LoadBalancerController/Role',
    rule: 'AwsSolutions-IAM5',
    findings: [
      elb('loadbalancer/app/*'),
      elb('targetgroup/*'),
      elb('listener/app/*'),
      elb('listener-rule/app/*'),
      'Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:security-group/*',
      'Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/elasticloadbalancing.amazonaws.com/*',
    ],
    reason:
      'The controller makes these under names of its own; conditions limit them to the cluster’s tag or VPC',
  },
  {
    path: `${GUARD}/Look/Role`,
    rule: 'AwsSolutions-IAM5',
    findings: ['Resource::*'],
    reason: 'Describe actions, which know no resources',
  },
  {
    path: `${GUARD}/Look/Role`,
    rule: 'AwsSolutions-IAM5',
    findings: [
      ...['loadbalancer/*', 'targetgroup/*'].map(
        (path) => `Resource::${arnOf('elasticloadbalancing', path)}`,
      ),
      ...['security-group/*', 'network-interface/*', 'volume/*'].map(
        (path) => `Resource::${arnOf('ec2', path)}`,
      ),
    ],
    reason: 'What is left behind has names that others gave it; conditions limit this to the cluster’s tags',
  },
  ...[
    ...['BeginRole', 'LookRole'].map((path) => ({
      path,
      calls: ['TeardownGuardBeginFunction6C62F7B7', 'TeardownGuardLookFunction4941F55D'],
    })),
    {
      path: 'Provider',
      calls: [
        'TeardownGuardProviderframeworkisComplete78141FBA',
        'TeardownGuardProviderframeworkonTimeout5D4BCCDF',
      ],
    },
  ].map(({ path, calls }) => ({
    path: `${GUARD}/${path}`,
    rule: 'AwsSolutions-IAM5',
    findings: calls.map((id) => `Resource::<${id}.Arn>:*`),
    reason: 'Any version of the Lambdas that it calls; written by aws-cdk-lib',
  })),
  ...['AwsSolutions-SF1', 'AwsSolutions-SF2'].map((rule) => ({
    path: `${GUARD}/Provider/waiter-state-machine`,
    rule,
    reason:
      'It asks one Lambda again and again while the stack is deleted; what happens is in that Lambda’s log',
  })),
  {
    path: 'berth-image/FirstImage/ProviderRole',
    rule: 'AwsSolutions-IAM5',
    findings: ['Resource::<FirstImageWriteFunction6249EBB2.Arn>:*'],
    reason: 'Any version of the one Lambda it calls; written by aws-cdk-lib',
  },
  {
    path: 'berth-server/Tokens/Tokens',
    rule: 'AwsSolutions-SMG4',
    reason:
      'Clients hold tokens too, so when they change is for people to say; an output of the stack has the command',
  },
  {
    path: 'berth-server/Tokens/Peers',
    rule: 'AwsSolutions-SMG4',
    reason:
      'Members derive their certificates from it, and two that know different ones do not talk to each other',
  },
];
