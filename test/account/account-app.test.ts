import { App, type Stack } from 'aws-cdk-lib';
import { accountApp } from '../../lib/account/account-app';
import { readSettings } from '../../lib/config/read-settings';
import {
  accountWith,
  deployable,
  objectsOf,
  resourcesOf,
  type StackName,
  templateOf,
  withPipeline,
} from './templates';

describe('the stacks', () => {
  test('have the names that commands and the pipeline use', () => {
    const { stacks } = accountWith(withPipeline);
    expect(
      Object.entries(stacks as unknown as Record<string, Stack>).map(([name, stack]) => [
        name,
        stack.stackName,
      ]),
    ).toEqual([
      ['platform', 'berth-platform'],
      ['image', 'berth-image'],
      ['server', 'berth-server'],
      ['pipeline', 'berth-pipeline'],
    ]);
  });

  test('are deployed in this order, and destroyed in the opposite one', () => {
    const { stacks } = accountWith(withPipeline);
    const needs = (stack: Stack) => stack.dependencies.map(({ stackName }) => stackName).sort();
    expect(needs(stacks.platform)).toEqual([]);
    expect(needs(stacks.image)).toEqual(['berth-platform']);
    expect(needs(stacks.server)).toEqual(['berth-image', 'berth-platform']);
    expect(needs(stacks.pipeline ?? stacks.platform)).toContain('berth-server');
  });

  test('have no pipeline where no source is named', () => {
    expect(accountWith().stacks.pipeline).toBeUndefined();
  });
});

describe('a deployment', () => {
  const rule = (name: StackName, context: Record<string, unknown>) =>
    (templateOf(name, context).toJSON()['Rules'] as Record<string, unknown>)['SettingsNeededToDeploy'];

  test.each<StackName>(['platform', 'image', 'server'])(
    'of %s is refused, with the command line that helps, while settings are missing',
    (name) => {
      expect(rule(name, {})).toEqual({
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'BootstrapVersion' }, 'given'] },
            AssertDescription:
              'Missing: administrators, clientCidrs. Deploy with: npx cdk deploy --all ' +
              '-c administrators=arn:aws:iam::123456789012:role/admin -c clientCidrs=203.0.113.0/24 (or set them in cdk.json)',
          },
        ],
      });
      expect(rule(name, deployable)).toBeUndefined();
    },
  );

  test('is asked for what is missing and nothing else', () => {
    expect(JSON.stringify(rule('server', { administrators: deployable.administrators }))).toContain(
      'Missing: clientCidrs. Deploy with: npx cdk deploy --all -c clientCidrs=203.0.113.0/24',
    );
  });
});

describe('no log group outlives its stack', () => {
  const functions = (['platform', 'image', 'server', 'pipeline'] as const).flatMap((name) => {
    const resources = resourcesOf(templateOf(name, withPipeline));
    return Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties }]) => ({ id, Properties, resources }));
  });
  const isIn = (resources: ReturnType<typeof resourcesOf>, what: string) =>
    Object.values(resources).some(
      ({ Type, Properties }) => Type === 'AWS::Logs::LogGroup' && JSON.stringify(Properties).includes(what),
    );

  test.each(functions)('$id writes to one of the stack’s', ({ id, Properties, resources }) => {
    const { LogGroup: named } = (Properties['LoggingConfig'] ?? {}) as { LogGroup?: { Ref: string } };
    // The library's kubectl has one under the name that Lambda would give it.
    if (named === undefined) expect(isIn(resources, JSON.stringify({ Ref: id }))).toBe(true);
    else
      expect(resources[named.Ref]).toMatchObject({ Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Delete' });
  });

  test('and none is brought back by the last words of a Lambda whose group has gone', () => {
    const mayMakeGroups = functions
      .filter(({ Properties, resources }) => {
        const [role = ''] = (Properties['Role'] as { 'Fn::GetAtt': string[] })['Fn::GetAtt'];
        return /BasicExecutionRole|logs:CreateLogGroup/.test(JSON.stringify(resources[role]));
      })
      .map(({ id }) => id);
    // These are called last long before the cluster has gone.
    expect(mayMakeGroups.filter((id) => !id.includes('KubectlProvider'))).toEqual([]);
  });
});

test('a version out of standard support is warned of, once, and makes the stacks all the same', () => {
  const warnings = (today: string) => {
    const { platform, server } = accountApp(
      new App({ context: { 'aws:cdk:disable-asset-staging': true }, analyticsReporting: false }),
      readSettings({ ...deployable, kubernetesVersion: '1.34' }),
      new Date(today),
    );
    return [platform, server].map(({ node }) =>
      node.metadata
        .filter(({ type }) => type === 'aws:cdk:warning')
        .map(({ data }) => (typeof data === 'string' ? data : '')),
    );
  };
  expect(warnings('2026-11-23')).toEqual([[], []]);
  expect(warnings('2027-01-01')).toEqual([
    [expect.stringContaining('kubernetesVersion is 1.34, whose standard support ended on 2026-12-02')],
    [],
  ]);
});

/**
 * A changed logical id makes CloudFormation create the new and delete the old: for these that is the loss of data, of
 * the cluster, or of a live object under the same name (aws-cdk#33406). Change one only with a migration in hand.
 */
test('what holds state keeps its logical id', () => {
  const stateful = [
    'AWS::EC2::VPC',
    'AWS::EKS::Cluster',
    'AWS::KMS::Key',
    'AWS::ECR::Repository',
    'AWS::S3::Bucket',
  ];
  const pinned = (name: StackName) => {
    const template = templateOf(name);
    const objects = objectsOf(template);
    return Object.entries(resourcesOf(template))
      .filter(
        ([id, { Type }]) =>
          stateful.includes(Type) ||
          ['StatefulSet', 'Namespace', 'StorageClass', 'Ingress'].includes(objects.get(id)?.kind ?? ''),
      )
      .map(([id]) => id)
      .sort();
  };
  expect(pinned('platform')).toEqual([
    'AccessLogsBucketCD784A59',
    'ControlPlaneCluster8AFA2E51',
    'ControlPlaneSecretsKey72FED211',
    'NetworkVpc7FB7348F',
    'Repository22E53BBD',
    'StorageClassberthgp377A69941',
  ]);
  expect(pinned('server')).toEqual([
    'Ingressberth2891AD0B',
    'Namespaceberth9A14B01B',
    'StatefulSetberth597DA527',
  ]);
});
