import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOneself } from '../../lib/preflight/before/administrators';
import { overlap } from '../../lib/preflight/before/addresses';
import { BOOTSTRAP_PARAMETER, BOOTSTRAP_VERSION } from '../../lib/preflight/before/bootstrap';
import { lookAtZone } from '../../lib/preflight/before/hosted-zone';
import { checksOfAccount } from '../../lib/preflight/checks';
import { accountWith, withDomain } from '../account/templates';
import { apiError, DEPLOYED, deployedTemplate, nothingDeployed, subjectWith } from './recorded-account';

const notFound = () => {
  throw apiError('ResourceNotFoundException', 'No such resource');
};
const check = (title: string) => {
  const found = checksOfAccount.find((one) => one.title.startsWith(title));
  if (found === undefined) throw new Error(`no check ${title}`);
  return found;
};

/** What is wrong, the check, and what it says of it: value, what is allowed, the fix. */
const wrong: [string, string, Parameters<typeof subjectWith>[0], RegExp][] = [
  [
    'settings that a deployment needs are missing',
    'settings',
    { context: { clientCidrs: '' } },
    /Missing: clientCidrs\. Deploy with: npx cdk deploy --all -c clientCidrs=/,
  ],
  [
    'all administrators are of another account',
    'you are an administrator',
    { context: { administrators: 'arn:aws:iam::999999999999:role/admin' } },
    /administrators is arn:aws:iam::999999999999:role\/admin, all of other accounts than 123456789012; allowed: .*; fix: -c administrators=/,
  ],
  [
    'the region is not enabled',
    'region',
    { answers: { DescribeRegions: { Regions: [{ OptInStatus: 'not-opted-in' }] } } },
    /region is eu-central-1, which this account has not enabled; allowed: .*; fix: aws account enable-region/,
  ],
  [
    'the account lacks a zone',
    'region',
    { context: { availabilityZones: 'eu-central-1a,eu-central-1d' } },
    /availabilityZones has eu-central-1d, which this account does not have; allowed: eu-central-1a, eu-central-1b, eu-central-1c; fix:/,
  ],
  [
    'EKS makes no control plane in a zone',
    'region',
    {
      answers: {
        DescribeAvailabilityZones: {
          AvailabilityZones: [
            {
              ZoneName: 'eu-central-1a',
              ZoneId: 'use1-az3',
              State: 'available',
              ZoneType: 'availability-zone',
            },
          ],
        },
      },
    },
    /eu-central-1a, which is available, or where EKS makes no control plane \(use1-az3\)/,
  ],
  [
    'the account is not bootstrapped',
    'cdk bootstrap',
    { answers: { GetParameter: notFound } },
    /eu-central-1 of account 123456789012 is not bootstrapped for the CDK; fix: npx cdk bootstrap aws:\/\/123456789012\/eu-central-1/,
  ],
  [
    'the bootstrap stack is too old',
    'cdk bootstrap',
    { answers: { GetParameter: { Parameter: { Value: '5' } } } },
    /has version 5; allowed: 8 or newer; fix: npx cdk bootstrap/,
  ],
  [
    'EKS does not offer the version',
    'Kubernetes version',
    {
      answers: {
        DescribeClusterVersions: {
          clusterVersions: [{ clusterVersion: '1.37', versionStatus: 'STANDARD_SUPPORT' }],
        },
      },
    },
    /kubernetesVersion is 1\.36, which EKS does not offer in standard support in eu-central-1; allowed: 1\.37; fix: -c kubernetesVersion=1\.37/,
  ],
  [
    'the cluster stays on a version out of standard support, with the next one up as the fix',
    'Kubernetes version',
    {
      context: { kubernetesVersion: '1.34' },
      answers: { DescribeCluster: { cluster: { version: '1.34' } } },
    },
    /kubernetesVersion is 1\.34, which EKS does not offer in standard support in eu-central-1: it moves the control plane up by itself, .*; allowed: 1\.35, 1\.36; fix: -c kubernetesVersion=1\.35$/,
  ],
  [
    'the cluster would skip a version',
    'Kubernetes version',
    { answers: { DescribeCluster: { cluster: { version: '1.34' } } } },
    /kubernetesVersion is 1\.36 and the cluster runs 1\.34: a control plane goes up one minor version at a time; allowed: 1\.35 first/,
  ],
  [
    'a pinned add-on is not offered',
    'versions of the EKS add-ons',
    { answers: { DescribeAddonVersions: { addons: [{ addonVersions: [{ addonVersion: 'v9.9.9' }] }] } } },
    /vpc-cni is v1\.\S+, which eu-central-1 does not offer for Kubernetes 1\.36; allowed: v9\.9\.9.*fix: the table in lib\/config\/kubernetes-version\.ts/s,
  ],
  [
    'a zone lacks the instance types',
    'instance types',
    {
      answers: {
        DescribeInstanceTypeOfferings: {
          InstanceTypeOfferings: [{ Location: 'eu-central-1a', InstanceType: 'm7g.large' }],
        },
      },
    },
    /eu-central-1b offers none of m7g\.large, m6g\.large \(instanceTypes\); allowed: .*; fix: -c instanceTypes=/,
  ],
  [
    'the quota of VPCs is used up',
    'quota of VPCs',
    { answers: { DescribeVpcs: { Vpcs: Array.from({ length: 5 }, () => ({})) } } },
    /'VPCs per Region' is 5 with 5 in use; allowed: 1 free; fix: aws service-quotas request-service-quota-increase --region eu-central-1 --service-code vpc --quota-code L-F678F1CE --desired-value 6/,
  ],
  [
    'the quota of addresses, known by its default alone, is too small',
    'quota of Elastic IPs',
    {
      answers: {
        GetServiceQuota: () => {
          throw apiError('NoSuchResourceException');
        },
        GetAWSDefaultServiceQuota: { Quota: { Value: 5 } },
        DescribeAddresses: { Addresses: [{}, {}, {}] },
      },
    },
    /'EC2-VPC Elastic IPs' is 5 with 3 in use; allowed: 3 free; .*, or -c natGateways=one/,
  ],
  [
    'the quota of CPUs is too small',
    'quota of vCPUs',
    { answers: { GetServiceQuota: { Quota: { Value: 12 } } } },
    /is 12 with 6 in use; allowed: 10 free;/,
  ],
  [
    'a cluster of that name is there',
    'names',
    { answers: { DescribeCluster: { cluster: {} } } },
    /EKS cluster berth is there already, and no stack of this project owns it; allowed: .*; fix, if nothing needs it: aws eks delete-cluster --name berth --region eu-central-1/,
  ],
  [
    'the log group of an earlier cluster is there',
    'names',
    { answers: { DescribeLogGroups: { logGroups: [{ logGroupName: '/aws/eks/berth/cluster' }] } } },
    /log group \/aws\/eks\/berth\/cluster is there already.*aws logs delete-log-group/,
  ],
  [
    'something of an earlier cluster is left',
    'nothing is left',
    {
      answers: {
        ...nothingDeployed,
        DescribeSecurityGroups: { SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'k8s-traffic-berth' }] },
      },
    },
    /security group k8s-traffic-berth is left; fix: aws ec2 delete-security-group --group-id sg-1 --region eu-central-1/,
  ],
  [
    'volumes were made with another size',
    'what cannot change',
    { answers: deployedTemplate(), context: { volumeGib: 20 } },
    /volumeGib is 20, and the set was made with volumes of 8Gi; allowed: 8, .*; fix: "Larger volumes" under Upgrades in README\.md/,
  ],
  [
    'a stack is stuck',
    'stacks',
    { stacks: { server: { status: 'ROLLBACK_COMPLETE', reason: 'no' } } },
    /berth-server is ROLLBACK_COMPLETE: its creation failed and it can only be deleted; fix: npx cdk destroy berth-server, then deploy again \(no\)/,
  ],
  [
    'an add-on is degraded',
    'add-ons',
    {
      answers: {
        DescribeAddon: {
          addon: {
            status: 'DEGRADED',
            health: { issues: [{ code: 'InsufficientNumberOfReplicas', message: 'none' }] },
          },
        },
      },
    },
    /add-on vpc-cni is DEGRADED \(InsufficientNumberOfReplicas: none\); allowed: ACTIVE; fix:/,
  ],
  [
    'nodes are of another version than the cluster',
    'nodes',
    {
      answers: {
        DescribeCluster: { cluster: { version: '1.36' } },
        DescribeNodegroup: { nodegroup: { status: 'ACTIVE', version: '1.35' } },
      },
    },
    /node group ZoneA has Kubernetes 1\.35, the cluster 1\.36; fix: npx cdk deploy berth-platform/,
  ],
  [
    'a pod could take the role of its node',
    'nodes',
    {
      answers: {
        DescribeCluster: { cluster: { version: '1.36' } },
        DescribeInstances: {
          Reservations: [
            {
              Instances: [
                {
                  InstanceId: 'i-1',
                  MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 2 },
                },
              ],
            },
          ],
        },
      },
    },
    /no node runs in eu-central-1a.*node i-1 has a metadata service with tokens optional and hop limit 2; allowed: required and 1/s,
  ],
  [
    'a controller has no role',
    'controllers',
    { answers: { ListPodIdentityAssociations: { associations: [] } } },
    /kube-system\/aws-load-balancer-controller, which makes load balancers, has no role; allowed: an association/,
  ],
  [
    'a volume is not encrypted, and all are in one zone',
    'volumes',
    {
      answers: {
        DescribeVolumes: {
          Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp2', AvailabilityZone: 'eu-central-1a' }],
        },
      },
    },
    /vol-1 is of type gp2; allowed: gp3; volume vol-1 is not encrypted.*1 volumes carry.*allowed: 3 \(replicas\).*in eu-central-1a; allowed: 3 zones/s,
  ],
  [
    'the image that runs is gone from the registry',
    'the image',
    { answers: { BatchGetImage: { images: [] } } },
    /\/berth\/image is .*@sha256:0+, which is not in the registry; fix: push it again or release another/,
  ],
  [
    'a target is not healthy',
    'load balancer',
    {
      answers: {
        DescribeTargetHealth: {
          TargetHealthDescriptions: [
            {
              Target: { Id: '10.40.0.9' },
              TargetHealth: { State: 'unhealthy', Description: 'Request timed out' },
            },
          ],
        },
      },
    },
    /10\.40\.0\.9 of k8s-berth is unhealthy \(Request timed out\); 0 members are healthy at k8s-berth; allowed: 3 \(replicas\)/,
  ],
  [
    'nobody has accepted the connection',
    'pipeline',
    {
      answers: {
        GetPipelineState: {
          stageStates: [
            {
              stageName: 'Source',
              actionStates: [
                {
                  actionName: 'Source',
                  latestExecution: {
                    status: 'Failed',
                    errorDetails: { message: 'Connection is not available' },
                  },
                },
              ],
            },
          ],
        },
      },
    },
    /Source\/Source of berth-pipeline-Pipeline1 failed: Connection is not available; fix: accept the connection at https:\/\/eu-central-1\.console/,
  ],
];

test.each(wrong)('%s: that is found, with what is allowed and the fix', async (_, title, given, message) => {
  const finding = await check(title).look(subjectWith(given));
  expect(finding.said).toMatch(message);
  expect(finding.status).toBe('bad');
});

test('every check has a case here that it finds, but those that only tell', () => {
  const found = new Set(wrong.map(([, title]) => check(title).title));
  const others = checksOfAccount.map(({ title }) => title).filter((title) => !found.has(title));
  // The zone's cases are below, as public DNS is asked as well; overlapping addresses are no error.
  expect(others).toEqual(['addresses of the VPC', 'hosted zone of the host name']);
});

describe('the hosted zone', () => {
  const zone = (
    answers: Record<string, unknown>,
    servers: readonly string[] | undefined = ['ns-1.awsdns-01.org.'],
  ) => lookAtZone(subjectWith({ answers, context: withDomain }), () => Promise.resolve(servers));

  test('that is the account’s and that public DNS asks is good', async () => {
    expect(await zone({})).toMatchObject({ status: 'good' });
  });

  test.each<[string, Record<string, unknown>, readonly string[] | undefined, RegExp]>([
    [
      'is not the account’s',
      { GetHostedZone: notFound },
      undefined,
      /which this account does not have; 'aws route53 list-hosted-zones'/,
    ],
    [
      'is another',
      { GetHostedZone: { HostedZone: { Name: 'example.org.' } } },
      undefined,
      /which is the zone example\.org; hostedZoneName is example\.com/,
    ],
    [
      'is private',
      { GetHostedZone: { HostedZone: { Name: 'example.com.', Config: { PrivateZone: true } } } },
      undefined,
      /a private zone; allowed: a public one/,
    ],
    [
      'has the name already',
      { ListResourceRecordSets: { ResourceRecordSets: [{ Name: 'api.example.com.', Type: 'A' }] } },
      undefined,
      /hostName is api\.example\.com, which has a record A already/,
    ],
    [
      'is asked by nobody',
      {},
      ['ns.registrar.example'],
      /public DNS has example\.com at ns\.registrar\.example, not at this zone's servers; allowed: ns-1\.awsdns-01\.org/,
    ],
    ['is not delegated', {}, [], /at no server, not at this zone's servers/],
  ])('that %s is found', async (_, answers, servers, message) => {
    const finding = await zone(answers, servers);
    expect(finding.said).toMatch(message);
    expect(finding.status).toBe('bad');
  });

  test('is not called wrong where DNS cannot be asked', async () => {
    const finding = await lookAtZone(subjectWith({ context: withDomain }), () => Promise.resolve(undefined));
    expect(finding.status).toBe('unknown');
  });
});

test('a version out of standard support is fine on the way up, as EKS skips none', async () => {
  const step = [
    ['1.34', 'EXTENDED_SUPPORT'],
    ['1.35', 'EXTENDED_SUPPORT'],
    ['1.36', 'STANDARD_SUPPORT'],
  ].map(([clusterVersion, versionStatus]) => ({ clusterVersion, versionStatus }));
  const finding = await check('Kubernetes version').look(
    subjectWith({
      context: { kubernetesVersion: '1.35' },
      answers: {
        DescribeCluster: { cluster: { version: '1.34' } },
        DescribeClusterVersions: { clusterVersions: step },
      },
    }),
  );
  expect(finding).toEqual({
    status: 'good',
    said: '1.35, out of standard support, on the way up; the cluster runs 1.34',
  });
});

test('volumes that are kept on purpose are no leftovers, and their removal is named', async () => {
  const look = (dataOnDestroy: string) =>
    check('nothing is left').look(
      subjectWith({
        context: { dataOnDestroy },
        answers: {
          ...nothingDeployed,
          DescribeVolumes: { Volumes: [{ VolumeId: 'vol-1', State: 'available' }] },
        },
      }),
    );
  expect(await look('keep')).toEqual({
    status: 'good',
    said:
      'nothing but 1 volumes, kept as dataOnDestroy says; they go with: ' +
      'aws ec2 delete-volume --volume-id vol-1 --region eu-central-1',
  });
  expect(await look('delete')).toMatchObject({ status: 'bad' });
});

test('a set that is deployed as the settings have it can be deployed again, whatever else changes', async () => {
  const subject = subjectWith({
    answers: deployedTemplate({ replicas: 5 }),
    context: { clientCidrs: '0.0.0.0/0' },
  });
  expect(await check('what cannot change').look(subject)).toMatchObject({ status: 'good' });
});

test('addresses that overlap with another network are told, as they rule out peering', async () => {
  const Vpcs = [{ VpcId: 'vpc-1', CidrBlockAssociationSet: [{ CidrBlock: '10.40.128.0/20' }] }];
  const finding = await check('addresses').look(subjectWith({ answers: { DescribeVpcs: { Vpcs } } }));
  expect(finding.said).toContain('10.40.0.0/16 (vpcCidr) is also that of vpc-1');
  expect(overlap('10.40.0.0/16', '10.41.0.0/16')).toBe(false);
  expect(overlap('10.40.0.0/16', '10.0.0.0/8')).toBe(true);
});

test('someone who took on a role is told from others by account and name', () => {
  const caller = 'arn:aws:sts::123456789012:assumed-role/admin/someone';
  expect(isOneself(caller, 'arn:aws:iam::123456789012:role/team/admin')).toBe(true);
  expect(isOneself(caller, 'arn:aws:iam::999999999999:role/admin')).toBe(false);
  expect(isOneself(caller, 'arn:aws:iam::123456789012:user/admin')).toBe(false);
  expect(isOneself('arn:aws:iam::123456789012:user/me', 'arn:aws:iam::123456789012:user/me')).toBe(true);
});

test('what is deployed is asked about once it is there', () => {
  const titles = (stacks: Parameters<typeof subjectWith>[0]) =>
    checksOfAccount.filter(({ applies }) => applies?.(subjectWith(stacks)) ?? true).map(({ title }) => title);
  const before = titles({});
  const after = titles({ stacks: DEPLOYED });
  expect(new Set([...before, ...after]).size + 1).toBe(checksOfAccount.length); // A host name is another setting.
});

test('the bootstrap stack that is asked for is the one that the templates ask for', () => {
  const { directory } = accountWith().app.synth();
  const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
  expect(manifest).toContain(`"bootstrapStackVersionSsmParameter": "${BOOTSTRAP_PARAMETER}"`);
  const versions = [...manifest.matchAll(/"requiresBootstrapStackVersion": (\d+)/g)].map(([, one]) =>
    Number(one),
  );
  expect(Math.max(...versions)).toBe(BOOTSTRAP_VERSION);
});
