import type { Acknowledgement } from '../account/acknowledgements';

const STACK = 'berth-pipeline';

/** Findings of cdk-nag in the pipeline's stack that stay, and why. */
export const pipelineAcknowledgements: readonly Acknowledgement[] = [
  {
    path: STACK,
    rule: 'AwsSolutions-IAM5',
    findings: [
      ...['Abort', 'DeleteObject', 'GetBucket', 'GetObject', 'List'].map((verb) => `Action::s3:${verb}*`),
      'Resource::<PipelineArtifactsBucket22248F97.Arn>/*',
    ],
    reason: 'What aws-cdk-lib grants on the one bucket that carries artifacts between the stages',
  },
  {
    path: STACK,
    rule: 'AwsSolutions-IAM5',
    findings: ['Build45A36621', 'Release6218179A'].flatMap((project) => [
      `Resource::arn:{partition}:logs:{region}:<AWS::AccountId>:log-group:/aws/codebuild/<${project}>:*`,
      `Resource::arn:{partition}:codebuild:{region}:<AWS::AccountId>:report-group/<${project}>-*`,
    ]),
    reason: 'Streams and report groups that CodeBuild names itself, below the name of the one project',
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
    path: STACK,
    rule: 'AwsSolutions-CB4',
    reason:
      'Artifacts are source and test results, encrypted with S3’s key; a key of its own would guard nothing more',
  },
  {
    path: `${STACK}/Pipeline/ArtifactsBucket`,
    rule: 'AwsSolutions-S1',
    reason: 'Only the pipeline’s roles reach it; what they do is in its history and in CloudTrail',
  },
];
