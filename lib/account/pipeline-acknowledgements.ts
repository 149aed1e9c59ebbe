import type { Acknowledgement } from './acknowledge';

const STACK = 'berth-pipeline';

/** Findings of cdk-nag in the pipeline's stack that stay, and why. */
export const pipelineAcknowledgements: readonly Acknowledgement[] = [
  {
    path: STACK,
    rule: 'AwsSolutions-IAM5',
    findings: [
      ...['Abort', 'DeleteObject', 'GetBucket', 'GetObject', 'List'].map((verb) => `Action::s3:${verb}*`),
      'Resource::<Store1D2A845B.Arn>/*',
    ],
    reason: 'What aws-cdk-lib grants on the one bucket that carries artifacts and caches between the stages',
  },
  {
    path: STACK,
    rule: 'AwsSolutions-IAM5',
    findings: ['BuildProject943F6A6A', 'ReleaseProjectBB3D5DFA'].map(
      (project) =>
        `Resource::arn:{partition}:logs:{region}:<AWS::AccountId>:log-group:/aws/codebuild/<${project}>:*`,
    ),
    reason: 'Streams that CodeBuild names itself, in the log group of the one project',
  },
  {
    path: STACK,
    rule: 'AwsSolutions-IAM5',
    findings: [
      'Resource::*',
      'Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface/*',
    ],
    reason: 'ecr:GetAuthorizationToken and what CodeBuild needs to stand in a VPC know no resources',
  },
  {
    path: `${STACK}/Release/Role`,
    rule: 'AwsSolutions-IAM5',
    findings: ['Resource::arn:{partition}:cloudformation:{region}:<AWS::AccountId>:stack/berth-server/*'],
    reason: 'The one stack: the end of its ARN is an id that it gets when it is made',
  },
  {
    path: STACK,
    rule: 'AwsSolutions-CB4',
    reason:
      'Artifacts are source and test results, encrypted with S3’s key; a key of its own would guard nothing more',
  },
  {
    path: `${STACK}/Store`,
    rule: 'AwsSolutions-S1',
    reason: 'Only the pipeline’s roles reach it; what they do is in its history and in CloudTrail',
  },
];
