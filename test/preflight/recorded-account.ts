import { deployable, templateOf } from '../account/templates';
import { readSettings } from '../../lib/config/read-settings';
import { kubernetesReleases } from '../../lib/config/kubernetes-version';
import { clientsFor, type Clients } from '../../lib/preflight/clients';
import type { StackName, Subject } from '../../lib/preflight/check';

/** Answers by operation; a function sees the request. */
export type Answers = Readonly<Record<string, unknown>>;

/** An error as the SDK throws it. */
export function apiError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

const addons = kubernetesReleases['1.36']?.addons as unknown as Record<string, string>;
const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
const tagged = { 'elbv2.k8s.aws/cluster': 'berth' };

/** An account as the services' API references and their examples show it: in order, with everything deployed. */
const inOrder: Answers = {
  GetCallerIdentity: {
    Account: '123456789012',
    Arn: 'arn:aws:sts::123456789012:assumed-role/admin/someone',
  },
  DescribeStacks: () => {
    throw apiError('ValidationError', 'Stack with id berth-platform does not exist');
  },
  DescribeRegions: { Regions: [{ RegionName: 'eu-central-1', OptInStatus: 'opt-in-not-required' }] },
  DescribeAvailabilityZones: {
    AvailabilityZones: [
      ...zones.map((ZoneName, i) => ({
        ZoneName,
        ZoneId: `euc1-az${i + 1}`,
        State: 'available',
        ZoneType: 'availability-zone',
      })),
      {
        ZoneName: 'eu-central-1-ham-1a',
        ZoneId: 'euc1-ham1-az1',
        State: 'available',
        ZoneType: 'local-zone',
      },
    ],
  },
  GetParameter: ({ Name }: { Name: string }) => ({
    Parameter: {
      Value:
        Name === '/berth/image'
          ? `123456789012.dkr.ecr.eu-central-1.amazonaws.com/berth@sha256:${'0'.repeat(64)}`
          : '31',
    },
  }),
  DescribeCluster: () => {
    throw apiError('ResourceNotFoundException', 'No cluster found for name: berth.');
  },
  DescribeClusterVersions: {
    clusterVersions: [
      ['1.34', 'EXTENDED_SUPPORT'],
      ['1.35', 'STANDARD_SUPPORT'],
      ['1.36', 'STANDARD_SUPPORT'],
    ].map(([clusterVersion, versionStatus]) => ({
      clusterVersion,
      versionStatus,
      endOfStandardSupportDate: new Date('2027-08-02'),
    })),
  },
  DescribeAddonVersions: ({ addonName }: { addonName: string }) => ({
    addons: [{ addonName, addonVersions: [{ addonVersion: 'v9.9.9' }, { addonVersion: addons[addonName] }] }],
  }),
  DescribeInstanceTypeOfferings: {
    InstanceTypeOfferings: zones.map((Location) => ({ Location, InstanceType: 'm7g.large' })),
  },
  DescribeInstanceTypes: { InstanceTypes: [{ InstanceType: 'm7g.large', VCpuInfo: { DefaultVCpus: 2 } }] },
  GetServiceQuota: ({ QuotaCode }: { QuotaCode: string }) => ({
    Quota: { Value: QuotaCode === 'L-1216C47A' ? 64 : 5 },
  }),
  DescribeInstances: {
    Reservations: zones.map((AvailabilityZone, i) => ({
      Instances: [
        {
          InstanceId: `i-${i}`,
          InstanceType: 'm7g.large',
          CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
          Placement: { AvailabilityZone },
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        },
      ],
    })),
  },
  DescribeVpcs: { Vpcs: [{ VpcId: 'vpc-default', CidrBlock: '172.31.0.0/16' }] },
  DescribeAddresses: { Addresses: [] },
  DescribeRepositories: () => {
    throw apiError('RepositoryNotFoundException');
  },
  DescribeLogGroups: { logGroups: [{ logGroupName: '/aws/eks/berth/cluster-of-another' }] },
  GetHostedZone: {
    HostedZone: { Name: 'example.com.', Config: { PrivateZone: false } },
    DelegationSet: { NameServers: ['ns-1.awsdns-01.org', 'ns-2.awsdns-02.com'] },
  },
  ListResourceRecordSets: { ResourceRecordSets: [{ Name: 'zzz.example.com.', Type: 'CNAME' }] },
  DescribeAddon: ({ addonName }: { addonName: string }) => ({
    addon: { addonName, addonVersion: addons[addonName], status: 'ACTIVE' },
  }),
  ListNodegroups: { nodegroups: ['ZoneA', 'ZoneB', 'ZoneC'] },
  DescribeNodegroup: { nodegroup: { status: 'ACTIVE', version: '1.36', health: { issues: [] } } },
  ListPodIdentityAssociations: {
    associations: [
      ['kube-system', 'aws-node'],
      ['kube-system', 'ebs-csi-controller-sa'],
      ['kube-system', 'aws-load-balancer-controller'],
      ['external-secrets', 'external-secrets'],
    ].map(([namespace, serviceAccount]) => ({ namespace, serviceAccount })),
  },
  DescribeVolumes: {
    Volumes: zones.map((AvailabilityZone, i) => ({
      VolumeId: `vol-${i}`,
      VolumeType: 'gp3',
      Encrypted: true,
      State: 'in-use',
      AvailabilityZone,
    })),
  },
  BatchGetImage: { images: [{ imageId: {} }] },
  DescribeLoadBalancers: { LoadBalancers: [{ LoadBalancerArn: 'arn:lb', LoadBalancerName: 'k8s-berth' }] },
  DescribeTargetGroups: { TargetGroups: [{ TargetGroupArn: 'arn:tg', TargetGroupName: 'k8s-berth' }] },
  DescribeTags: ({ ResourceArns }: { ResourceArns: string[] }) => ({
    TagDescriptions: ResourceArns.map((ResourceArn) => ({
      ResourceArn,
      Tags: Object.entries(tagged).map(([Key, Value]) => ({ Key, Value })),
    })),
  }),
  DescribeTargetHealth: {
    TargetHealthDescriptions: zones.map((Id) => ({ Target: { Id }, TargetHealth: { State: 'healthy' } })),
  },
  ListPipelines: { pipelines: [{ name: 'another' }, { name: 'berth-pipeline-Pipeline1' }] },
  GetPipelineState: {
    stageStates: [{ stageName: 'Source', latestExecution: { status: 'Succeeded' }, actionStates: [] }],
  },
  DescribeSecurityGroups: { SecurityGroups: [] },
  DescribeNetworkInterfaces: { NetworkInterfaces: [] },
};

/** The deployed template of the server's stack, as CloudFormation gives it back. */
export const deployedTemplate = (context: Record<string, unknown> = {}) => ({
  GetTemplate: () => ({
    TemplateBody: JSON.stringify(templateOf('server', { ...deployable, ...context }).toJSON()),
  }),
});

/** An empty account has none of what is deployed. */
export const nothingDeployed: Answers = {
  DescribeLoadBalancers: { LoadBalancers: [] },
  DescribeTargetGroups: { TargetGroups: [] },
  DescribeVolumes: { Volumes: [] },
  DescribeInstances: { Reservations: [] },
};

/** The real clients, answered from what is recorded; some answers may be others. */
export function recordedAccount(other: Answers = {}): Clients {
  const answers = { ...inOrder, ...other };
  const clients = clientsFor({ region: 'eu-central-1' });
  for (const client of Object.values(clients)) {
    (client as { send: unknown }).send = (command: { input: unknown; constructor: { name: string } }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      const answer = answers[operation];
      if (answer === undefined) return Promise.reject(new Error(`nothing is recorded of ${operation}`));
      return new Promise((resolve) => {
        resolve(
          typeof answer === 'function' ? (answer as (input: unknown) => unknown)(command.input) : answer,
        );
      });
    };
  }
  return clients;
}

export const settingsWith = (context: Record<string, unknown> = {}) =>
  readSettings({
    administrators: 'arn:aws:iam::123456789012:role/path/admin',
    clientCidrs: '203.0.113.0/24',
    ...context,
  });

export const DEPLOYED: Subject['stacks'] = Object.fromEntries(
  (['platform', 'image', 'server', 'pipeline'] as StackName[]).map((name) => [
    name,
    { status: 'UPDATE_COMPLETE' },
  ]),
);

/** What a check is asked about: an account in order, but for what is said. */
export function subjectWith(
  given: {
    readonly answers?: Answers;
    readonly context?: Record<string, unknown>;
    readonly stacks?: Subject['stacks'];
  } = {},
): Subject {
  return {
    settings: settingsWith(given.context),
    clients: recordedAccount(given.answers),
    account: '123456789012',
    caller: 'arn:aws:sts::123456789012:assumed-role/admin/someone',
    stacks: given.stacks ?? {},
  };
}
