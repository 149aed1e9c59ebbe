import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { FirstImage } from '../../../lib/server/first-image/first-image';

function synthesize(architecture: 'arm64' | 'x86_64') {
  const app = new App();
  const stack = new Stack(app, 'berth-image');
  const image = new FirstImage(stack, 'FirstImage', {
    ...{ parameterName: '/berth/image', architecture },
    releases: Repository.fromRepositoryName(stack, 'Releases', 'berth'),
  });
  const assembly = app.synth();
  const [assets] = assembly.artifacts.filter(({ id }) => id === 'berth-image.assets');
  const { dockerImages } = (assets as unknown as { contents: { dockerImages: Record<string, Asset> } })
    .contents;
  return { template: Template.fromStack(stack), asset: Object.values(dockerImages)[0], image };
}

interface Asset {
  readonly source: { readonly platform: string };
  readonly destinations: Record<string, { readonly imageTag: string }>;
}

const arm = synthesize('arm64');

describe('the first image', () => {
  test.each([
    ['arm64', 'linux/arm64', arm],
    ['x86_64', 'linux/amd64', synthesize('x86_64')],
  ])('of %s is built for %s', (_architecture, platform, { asset }) => {
    expect(asset?.source.platform).toBe(platform);
  });

  test('is the one that was pushed, and keeps a tag that is named in the template as it is', () => {
    const [destination] = Object.values(arm.asset?.destinations ?? {});
    arm.template.hasResourceProperties('Custom::FirstImage', {
      ParameterName: '/berth/image',
      ImageTag: destination?.imageTag,
      KeepTag: 'berth-first-image',
    });
  });

  test('has a logical id that stays: under a new one, CloudFormation would make it anew', () => {
    expect(Object.keys(arm.template.findResources('Custom::FirstImage'))).toEqual([
      'FirstImageParameter717DEB08',
    ]);
  });

  test('is in no template: no property holds a value that a deployment could bring back', () => {
    arm.template.resourceCountIs('AWS::SSM::Parameter', 0);
  });
});

describe('what its Lambda may do', () => {
  const statements = Object.entries(arm.template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('FirstImageWrite'))
    .flatMap(
      ([, { Properties }]) =>
        (
          Properties as {
            PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] };
          }
        ).PolicyDocument.Statement,
    );
  const allowed = statements.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((one) => [action, JSON.stringify(one)] as const)),
  );

  test('is about one parameter, two repositories and its own stack', () => {
    expect([...new Set(allowed.map(([action]) => action))].sort()).toEqual([
      'cloudformation:DescribeStacks',
      'ecr:BatchDeleteImage',
      'ecr:BatchGetImage',
      'ecr:DescribeImages',
      'ecr:PutImage',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ssm:DeleteParameter',
      'ssm:GetParameter',
      'ssm:PutParameter',
    ]);
    expect(allowed.filter(([, resource]) => resource.includes('*'))).toEqual([]);
  });

  test('changes nothing in the repository of the releases', () => {
    const there = allowed.filter(([, resource]) => resource.includes('repository/berth'));
    expect(there.map(([action]) => action)).toEqual(['ecr:DescribeImages']);
    arm.template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'ecr:DescribeImages' })]) },
    });
  });
});
