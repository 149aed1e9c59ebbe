import { templateOf, withPipeline } from '../account/templates';
import { permissions } from './permissions';

const all = permissions(templateOf('pipeline', { ...withPipeline, releaseApproval: 'on' }));

/** What the role may do whose logical id begins so. */
function may(role: string): Record<string, string[]> {
  const found = [...all].filter(([id]) => id.replace(/[0-9A-F]{8}$/, '') === role);
  if (found.length !== 1) throw new Error(`${found.length} roles are called ${role}`);
  return found[0]?.[1] ?? {};
}

const read = ['s3:GetBucket*', 's3:GetObject*', 's3:List*'];
const write = [
  ...['s3:Abort*', 's3:DeleteObject*', 's3:PutObject', 's3:PutObjectLegalHold', 's3:PutObjectRetention'],
  ...['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
];
const store = { '<Store>': [...read, ...write].sort(), '<Store>/*': [...read, ...write].sort() };
const log = (project: string) =>
  Object.fromEntries(
    ['', ':*'].map((end) => [
      `logs log-group:/aws/codebuild/<${project}>${end}`,
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    ]),
  );
const fetchSource = {
  '<SourceConnection>': ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
};
const report = (put: string) => [
  `codebuild:${put}`,
  ...['codebuild:CreateReport', 'codebuild:CreateReportGroup', 'codebuild:UpdateReport'],
];
const start = ['codebuild:BatchGetBuilds', 'codebuild:StartBuild', 'codebuild:StopBuild'];

test('the build may push to the one repository, report, and keep what it made; nothing of what runs', () => {
  expect(may('BuildProjectRole')).toEqual({
    ...store,
    ...log('BuildProject'),
    ...fetchSource,
    '<Repository>': [
      ...['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload'],
      ...['ecr:GetDownloadUrlForLayer', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
    ],
    '*': ['ecr:GetAuthorizationToken'],
    '<BuildReporttests>': report('BatchPutTestCases'),
    '<BuildReportcoveragego>': report('BatchPutCodeCoverages'),
    '<BuildReportcoveragetypescript>': report('BatchPutCodeCoverages'),
  });
});

test('the release may change the parameter and the server’s stack, tag what is pushed, and look; it cannot push layers', () => {
  expect(may('ReleaseRole')).toEqual({
    ...log('ReleaseProject'),
    ...fetchSource,
    '<Store>': read,
    '<Store>/*': read,
    'ssm parameter/berth/image': ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
    'ssm parameter/cdk-bootstrap/hnb659fds/version': ['ssm:GetParameters'],
    'cloudformation stack/berth-server/*': [
      ...[
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStacks',
        'cloudformation:UpdateStack',
      ],
    ],
    '<Repository>': ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:PutImage'],
    'ecr repository/cdk-hnb659fds-container-assets-ACCOUNT-REGION': ['ecr:DescribeImages'],
    '<ControlPlaneCluster>': ['eks:DescribeCluster'],
    // What CodeBuild asks for to stand in a VPC:
    // https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
    '*': [
      ...['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeDhcpOptions'],
      ...['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets'],
      'ec2:DescribeVpcs',
    ],
    'ec2 network-interface/*': ['ec2:CreateNetworkInterfacePermission'],
  });
});

test('the source action may fetch and hand on, with the right to a connection under both its names', () => {
  const handOn = [...store['<Store>/*'], 's3:PutObjectAcl', 's3:PutObjectVersionAcl'].sort();
  expect(may('SourceRole')).toEqual({ ...fetchSource, '<Store>': store['<Store>'], '<Store>/*': handOn });
});

test('the other actions may start their one project, or tell of what waits for approval', () => {
  expect(may('PipelineBuildCodePipelineActionRole')).toEqual({ '<BuildProject>': start });
  expect(may('PipelineReleaseCodePipelineActionRole')).toEqual({ '<ReleaseProject>': start });
  expect(may('PipelineApproveCodePipelineActionRole')).toEqual({ '<FailureTopic>': ['sns:Publish'] });
});

test('the pipeline itself may carry artifacts and take on the roles of its actions', () => {
  const roles = [
    'SourceRole',
    ...['Build', 'Approve', 'Release'].map((one) => `Pipeline${one}CodePipelineActionRole`),
  ];
  expect(may('PipelineRole')).toEqual({
    ...store,
    ...Object.fromEntries(roles.map((role) => [`<${role}>`, ['sts:AssumeRole']])),
  });
});

test('there are no other roles with policies', () => {
  expect(all.size).toBe(7);
});
