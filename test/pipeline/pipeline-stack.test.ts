import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { readBuildspec } from '../../lib/buildspec/buildspec';
import { REPORTS } from '../../lib/pipeline/build-project';
import { asText, at, objectOf, resourcesOf, templateOf, withPipeline } from '../account/templates';

const pipeline = (context: Readonly<Record<string, unknown>> = {}): Template =>
  templateOf('pipeline', { ...withPipeline, ...context });

const spec = readBuildspec(readFileSync(join(__dirname, '..', '..', 'buildspec.yml'), 'utf8'));

/** Properties of the only resource of a type. */
function only(template: Template, type: string): Readonly<Record<string, unknown>> {
  const found = Object.values(resourcesOf(template)).filter(({ Type }) => Type === type);
  if (found.length !== 1) throw new Error(`${found.length} resources are ${type}`);
  return found[0]?.Properties ?? {};
}

/** Properties of a CodeBuild project. */
const project = (template: Template, name: string) =>
  Object.values(resourcesOf(template)).find(
    ({ Type, Properties }) => Type === 'AWS::CodeBuild::Project' && Properties['Name'] === name,
  )?.Properties;

const stages = (template: Template) => {
  const all = at(only(template, 'AWS::CodePipeline::Pipeline'), 'Stages') as {
    Name: string;
    Actions: { Configuration: Record<string, unknown> }[];
  }[];
  return new Map(all.map(({ Name, Actions }) => [Name, Actions[0]?.Configuration ?? {}]));
};

describe('the pipeline', () => {
  test('goes from the source by the build to the release, one commit after the other', () => {
    expect([...stages(pipeline()).keys()]).toEqual(['Source', 'Build', 'Release']);
    expect(only(pipeline(), 'AWS::CodePipeline::Pipeline')).toMatchObject({
      PipelineType: 'V2',
      ExecutionMode: 'QUEUED',
    });
  });

  test('asks for an approval that names image and commit, where the setting says so', () => {
    const approved = stages(pipeline({ releaseApproval: 'on' }));
    expect([...approved.keys()]).toEqual(['Source', 'Build', 'Approve', 'Release']);
    expect(approved.get('Approve')?.['CustomData']).toBe('Release of commit #{Build.COMMIT}: #{Build.IMAGE}');
  });

  test.each([
    ['GitHub', 'example/berth'],
    ['GitLab', 'group/subgroup/berth'],
    ['Bitbucket', 'example/berth'],
  ])('takes its source from %s, as a repository with its history', (sourceProvider, sourceRepository) => {
    const template = pipeline({ sourceProvider, sourceRepository });
    expect(only(template, 'AWS::CodeConnections::Connection')['ProviderType']).toBe(sourceProvider);
    expect(stages(template).get('Source')).toMatchObject({
      FullRepositoryId: sourceRepository,
      BranchName: 'main',
      OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
    });
  });

  test('starts on changes of the branch and the paths that the settings name, and on nothing else', () => {
    const template = pipeline({ sourceBranch: 'release', sourcePaths: 'server/**,Dockerfile' });
    expect(at(only(template, 'AWS::CodePipeline::Pipeline'), 'Triggers')).toEqual([
      {
        ProviderType: 'CodeStarSourceConnection',
        GitConfiguration: {
          SourceActionName: 'Source',
          Push: [
            {
              Branches: { Includes: ['release'] },
              FilePaths: { Includes: ['server/**', 'Dockerfile'] },
            },
          ],
        },
      },
    ]);
    expect(stages(template).get('Source')?.['DetectChanges']).toBe(false);
  });

  test('says where its new connection is accepted, as it is pending until then', () => {
    const output = at(pipeline().toJSON(), 'Outputs.ConnectionToAccept') as Record<string, unknown>;
    expect(output['Description']).toContain('PENDING');
    expect(asText(output['Value'])).toMatch(
      /^https:\/\/eu-central-1\.console\.aws\.amazon\.com\/codesuite\/settings\/connections\?region=eu-central-1#</,
    );
  });

  test('uses a connection that is there already', () => {
    const sourceConnectionArn = 'arn:aws:codeconnections:eu-central-1:123456789012:connection/0a-1b';
    const template = pipeline({ sourceConnectionArn });
    template.resourceCountIs('AWS::CodeConnections::Connection', 0);
    expect(stages(template).get('Source')?.['ConnectionArn']).toBe(sourceConnectionArn);
    expect(at(template.toJSON(), 'Outputs.ConnectionToAccept')).toBeUndefined();
  });
});

describe('the build', () => {
  test.each([
    ['arm64', 'ARM_CONTAINER', 'arm64', 'aws/codebuild/amazonlinux-aarch64-standard:4.0'],
    ['x86_64', 'LINUX_CONTAINER', 'amd64', 'aws/codebuild/amazonlinux-x86_64-standard:6.0'],
  ])('runs on the architecture of the nodes, %s', (architecture, type, name, image) => {
    const template = pipeline({ architecture });
    for (const one of ['berth-build', 'berth-release']) {
      expect(at(project(template, one), 'Environment')).toMatchObject({ Type: type, Image: image });
    }
    expect(at(project(template, 'berth-build'), 'Environment.EnvironmentVariables')).toContainEqual({
      Name: 'ARCHITECTURE',
      ...{ Type: 'PLAINTEXT', Value: name },
    });
  });

  test('runs buildspec.yml, with a docker daemon, and keeps its caches', () => {
    const build = project(pipeline(), 'berth-build');
    expect(at(build, 'Source.BuildSpec')).toBe('buildspec.yml');
    expect(at(build, 'Environment.PrivilegedMode')).toBe(true);
    expect(at(build, 'Cache.Type')).toBe('S3');
    expect(at(project(pipeline(), 'berth-release'), 'Environment.PrivilegedMode')).toBe(false);
  });

  test('sets no variable that the buildspec does not know', () => {
    const set = at(project(pipeline(), 'berth-build'), 'Environment.EnvironmentVariables') as {
      Name: string;
    }[];
    const known = Object.keys(spec.env.variables);
    for (const { Name } of set) expect(known).toContain(Name);
    expect(set.map(({ Name }) => Name)).toContain('IMAGE_REPOSITORY');
  });

  test('has a group that goes with the stack for each report of the buildspec', () => {
    expect(Object.keys(REPORTS).sort()).toEqual(Object.keys(spec.reports).sort());
    for (const [name, { 'file-format': format }] of Object.entries(spec.reports)) {
      pipeline().hasResource('AWS::CodeBuild::ReportGroup', {
        Properties: {
          Name: `berth-build-${name}`,
          Type: format === 'JUNITXML' ? 'TEST' : 'CODE_COVERAGE',
          DeleteReports: true,
        },
        DeletionPolicy: 'Delete',
      });
    }
  });
});

describe('the release', () => {
  test('gets the image and the commit that the build has exported', () => {
    const variables = stages(pipeline()).get('Release')?.['EnvironmentVariables'];
    expect(JSON.parse(variables as string)).toEqual([
      { name: 'IMAGE', type: 'PLAINTEXT', value: '#{Build.IMAGE}' },
      { name: 'COMMIT', type: 'PLAINTEXT', value: '#{Build.COMMIT}' },
    ]);
    for (const name of ['IMAGE', 'COMMIT']) expect(spec.env['exported-variables']).toContain(name);
  });

  test('stands in the private subnets, reaches the Kubernetes API, and nobody reaches it', () => {
    const template = pipeline();
    const subnets = at(project(template, 'berth-release'), 'VpcConfig.Subnets') as unknown[];
    expect(subnets.map(asText)).toEqual(
      [1, 2, 3].map((zone) => expect.stringContaining(`privateSubnet${zone}`) as string),
    );
    const group = only(template, 'AWS::EC2::SecurityGroup');
    expect(group['SecurityGroupIngress']).toBeUndefined();
    expect(
      (group['SecurityGroupEgress'] as { FromPort: number; ToPort: number }[]).map((rule) => [
        rule.FromPort,
        rule.ToPort,
      ]),
    ).toEqual([
      [80, 80],
      [443, 443],
    ]);
    expect(only(template, 'AWS::EC2::SecurityGroupIngress')).toMatchObject({
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
    });
  });

  test('has its rights in the cluster from a group, bound in the one namespace, and no access policy', () => {
    const template = pipeline();
    const entry = only(template, 'AWS::EKS::AccessEntry');
    expect(entry['KubernetesGroups']).toEqual(['berth-release']);
    expect(entry['AccessPolicies']).toBeUndefined();
    const binding = objectOf(template, 'RoleBinding', 'berth-release');
    expect(binding.metadata.namespace).toBe('berth');
    expect(at(binding, 'subjects')).toEqual([
      { kind: 'Group', name: 'berth-release', apiGroup: 'rbac.authorization.k8s.io' },
    ]);
    expect(at(binding, 'roleRef.name')).toBe('berth-release');
    expect(objectOf(template, 'Role', 'berth-release').metadata.namespace).toBe('berth');
  });

  test('may do in the namespace what a release does, and neither run commands nor read other Secrets', () => {
    const rules = at(objectOf(pipeline(), 'Role', 'berth-release'), 'rules') as {
      resources: string[];
      resourceNames?: string[];
      verbs: string[];
    }[];
    const shown = rules.map(({ resources, resourceNames, verbs }) =>
      [resources.join(), ...(resourceNames ?? []), verbs.join()].join(' '),
    );
    expect(shown).toEqual([
      'pods get,list,watch,delete',
      'pods/log get',
      'pods/portforward get,create',
      'events list',
      'statefulsets berth get,patch',
      'secrets berth-tokens get',
      'configmaps berth-releases get,update',
      'configmaps create',
    ]);
  });
});

describe('a failure', () => {
  test('of any action is told to the topic, with what failed and where its log is', () => {
    const rule = only(pipeline(), 'AWS::Events::Rule');
    expect(rule['EventPattern']).toMatchObject({
      source: ['aws.codepipeline'],
      'detail-type': ['CodePipeline Action Execution State Change'],
      detail: { state: ['FAILED'] },
    });
    const { InputTemplate } = at(rule, 'Targets.0.InputTransformer') as { InputTemplate: string };
    expect(InputTemplate).toContain('<detail-stage> / <detail-action> failed.');
    expect(InputTemplate).toContain('Log: <detail-execution-result-external-execution-url>');
  });

  test('reaches those whose addresses are in the settings', () => {
    const addresses = ['anna@example.com', 'bob@example.com'];
    const template = pipeline({ notifyEmails: addresses.join(',') });
    for (const Endpoint of addresses) {
      template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint });
    }
    template.resourceCountIs('AWS::SNS::Subscription', 2);
  });
});

test('what CodeBuild would leave behind is the stack’s: logs end with it, and artifacts are emptied', () => {
  const groups = Object.values(resourcesOf(pipeline())).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
  expect(
    groups.map(({ Properties, DeletionPolicy }) => [Properties['LogGroupName'], DeletionPolicy]),
  ).toEqual([
    ['/aws/codebuild/berth-build', 'Delete'],
    ['/aws/codebuild/berth-release', 'Delete'],
    [undefined, 'Delete'], // of the Lambda that empties the bucket
  ]);
  pipeline().resourceCountIs('Custom::S3AutoDeleteObjects', 1);
});
