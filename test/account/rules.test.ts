import { App, Stack } from 'aws-cdk-lib';
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, type CfnClusterProps, CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import { AwsSolutionsChecks } from 'cdk-nag';
import { idsOf } from '../../lib/account/acknowledge';
import { acknowledgements } from '../../lib/account/acknowledgements';
import { ClusterChecks, clusterRules } from '../../lib/account/cluster-rules';
import { pipelineAcknowledgements } from '../../lib/account/pipeline-acknowledgements';
import { accountWith, deployable, withDomain, withPipeline } from './templates';

const findings = (scope: App) =>
  [new AwsSolutionsChecks(), new ClusterChecks()]
    .flatMap((pack) => pack.validateScope(scope).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath ?? ''}`),
    );

describe('the account’s stacks', () => {
  test.each([
    ['as a deployment makes them', deployable],
    ['with a pipeline', withPipeline],
    ['with volumes that go', { ...deployable, dataOnDestroy: 'delete' }],
    ['with a host name', withDomain],
    ['in another region', { ...withPipeline, region: 'us-east-1' }],
    ['with an open endpoint', { ...deployable, endpointCidrs: '203.0.113.0/24' }],
  ])('have no finding without a reason %s', (_, context) => {
    expect(findings(accountWith(context).app)).toEqual([]);
  });

  test('have no reason left over for a finding that is gone', () => {
    const blind = jest
      .spyOn(AwsSolutionsChecks.prototype as unknown as { isAcknowledged: () => boolean }, 'isAcknowledged')
      .mockReturnValue(false);
    const all = findings(accountWith({ ...withPipeline, dataOnDestroy: 'delete' }).app);
    blind.mockRestore();
    const stale = [...acknowledgements, ...pipelineAcknowledgements].flatMap((one) =>
      idsOf(one)
        .map((id) => id.replace('{region}', 'eu-central-1').replace('{partition}', 'aws'))
        .filter((id) => !all.some((finding) => finding.startsWith(`${id} ${one.path}`))),
    );
    expect(stale).toEqual([]);
  });
});

describe('the project’s own rules', () => {
  const good: CfnClusterProps = {
    roleArn: 'arn:aws:iam::123456789012:role/eks',
    accessConfig: { authenticationMode: 'API' },
    encryptionConfig: [
      { resources: ['secrets'], provider: { keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1' } },
    ],
    logging: {
      clusterLogging: {
        enabledTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((type) => ({
          type,
        })),
      },
    },
    resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'], endpointPublicAccess: false },
  };
  const firedBy = (make: (stack: Stack) => void): string[] => {
    const app = new App();
    make(new Stack(app, 'stack'));
    return new ClusterChecks().validateScope(app).violations.map(({ ruleName }) => ruleName);
  };
  const cluster = (properties: Partial<CfnClusterProps>) =>
    firedBy((stack) => new CfnCluster(stack, 'Cluster', { ...good, ...properties }));
  const template = (launchTemplateData: CfnLaunchTemplate.LaunchTemplateDataProperty) =>
    firedBy((stack) => new CfnLaunchTemplate(stack, 'Template', { launchTemplateData }));
  const goodTemplate = {
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: true } }],
  };
  const vpc = (more: Partial<CfnCluster.ResourcesVpcConfigProperty>) => ({
    resourcesVpcConfig: { subnetIds: ['subnet-1'], endpointPublicAccess: true, ...more },
  });

  test('leave alone what keeps to them', () => {
    expect(cluster({})).toEqual([]);
    expect(cluster(vpc({ publicAccessCidrs: ['203.0.113.0/24'] }))).toEqual([]);
    expect(template(goodTemplate)).toEqual([]);
  });

  const bad: [string, () => string[]][] = [
    ['Berth-EndpointNamesItsClients', () => cluster(vpc({}))],
    ['Berth-EndpointNamesItsClients', () => cluster(vpc({ publicAccessCidrs: [] }))],
    [
      'Berth-EndpointNamesItsClients',
      () => cluster(vpc({ publicAccessCidrs: ['203.0.113.0/24', '0.0.0.0/0'] })),
    ],
    ['Berth-AllLogs', () => cluster({ logging: { clusterLogging: { enabledTypes: [{ type: 'api' }] } } })],
    ['Berth-SecretsEncrypted', () => cluster({ encryptionConfig: [] })],
    [
      'Berth-AccessEntriesOnly',
      () => cluster({ accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } }),
    ],
    [
      'Berth-LaunchTemplate',
      () =>
        firedBy(
          (stack) =>
            new CfnNodegroup(stack, 'Nodes', { clusterName: 'c', nodeRole: 'r', subnets: ['subnet-1'] }),
        ),
    ],
    [
      'Berth-MetadataOneHop',
      () =>
        template({
          ...goodTemplate,
          metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
        }),
    ],
    [
      'Berth-MetadataOneHop',
      () =>
        template({
          ...goodTemplate,
          metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 1 },
        }),
    ],
    [
      'Berth-DisksEncrypted',
      () => template({ ...goodTemplate, blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: {} }] }),
    ],
  ];

  test.each(bad)('%s fires', (id, make) => {
    expect(make()).toEqual([id]);
  });

  test('each have a case here that makes them fire', () => {
    expect([...new Set(bad.map(([id]) => id))]).toEqual(clusterRules.map(({ id }) => `Berth-${id}`));
  });
});
