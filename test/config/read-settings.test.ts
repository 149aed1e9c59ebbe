import { readSettings } from '../../lib/config/read-settings';
import { settingNames, type SettingName } from '../../lib/config/settings';
import { UserError } from '../../lib/terminal/user-error';

const read = (context: Record<string, unknown> = {}) => readSettings(context);
const messageFor = (context: Record<string, unknown>): string => {
  try {
    read(context);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
};

describe('the settings of an account', () => {
  test('have defaults that make a whole installation: nothing must be given to synthesize', () => {
    expect(read()).toMatchObject({
      region: 'eu-central-1',
      availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      kubernetesVersion: '1.36',
      architecture: 'arm64',
      instanceTypes: ['m7g.large', 'm6g.large'],
      replicas: 3,
      dataOnDestroy: 'keep',
    });
  });

  test('follow one another: zones the region, instance types the architecture', () => {
    expect(read({ region: 'us-east-1', architecture: 'x86_64' })).toMatchObject({
      availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      instanceTypes: ['m7i.large', 'm6i.large'],
    });
  });

  test('are the same as text from -c and as JSON from cdk.json', () => {
    const fromText = read({ replicas: '5', clientCidrs: '10.0.0.0/8, 192.0.2.0/24', nodesPerZone: ' 2 ' });
    const fromJson = read({ replicas: 5, clientCidrs: ['10.0.0.0/8', '192.0.2.0/24'], nodesPerZone: 2 });
    expect(fromText).toEqual(fromJson);
  });

  test('leave the CDK’s own keys alone', () => {
    expect(() =>
      read({ '@aws-cdk/core:x': true, 'aws:cdk:enable-path-metadata': true, 'cli-telemetry': false }),
    ).not.toThrow();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a mistyped name', { regoin: 'eu-west-1' }, "'regoin' is not a setting; did you mean 'region'?"],
    ['a name near none', { xyzzy: 1 }, "'xyzzy' is not a setting; allowed: region, availabilityZones,"],
    ['a region', { region: 'Frankfurt' }, 'region is "Frankfurt"; allowed: the name of an AWS region'],
    [
      'one zone',
      { availabilityZones: 'eu-central-1a' },
      'availabilityZones is ["eu-central-1a"]; allowed: two or three zones',
    ],
    [
      'a zone of another region',
      { availabilityZones: 'eu-central-1a,us-east-1a' },
      'us-east-1a is not in region eu-central-1; allowed: eu-central-1a, eu-central-1b, …',
    ],
    [
      'a zone named twice',
      { availabilityZones: 'eu-central-1a,eu-central-1a' },
      'availabilityZones is "eu-central-1a,eu-central-1a"; allowed: each value once',
    ],
    [
      'host bits in a block',
      { clientCidrs: '10.0.0.1/24' },
      'clientCidrs is "10.0.0.1/24"; allowed: an IPv4 block such as 203.0.113.0/24, /0 to /32, its host bits zero',
    ],
    ['a VPC too small', { vpcCidr: '10.0.0.0/24' }, 'vpcCidr is "10.0.0.0/24"; allowed: an IPv4 block'],
    [
      'the API open to everyone',
      { endpointCidrs: '0.0.0.0/0' },
      'endpointCidrs is "0.0.0.0/0"; allowed: an IPv4 block such as 203.0.113.0/24, /8 to /32, its host bits zero',
    ],
    ['two replicas', { replicas: '2' }, 'replicas is "2"; allowed: 1, 3, 5'],
    [
      'a number that is none',
      { volumeGib: 'big' },
      'volumeGib is "big"; allowed: a whole number from 1 to 1024 GiB',
    ],
    ['an architecture', { architecture: 'arm' }, 'architecture is "arm"; allowed: arm64, x86_64'],
    [
      'an instance type of the other architecture',
      { instanceTypes: 'm7i.large' },
      'm7i.large is not of architecture arm64; allowed: types such as m7g.large, m6g.large, or another -c architecture',
    ],
    [
      'fewer nodes at most than at least',
      { nodesPerZone: 4 },
      'maxNodesPerZone is 3; allowed: 4 (nodesPerZone) or more',
    ],
    [
      'an administrator who is no role or user',
      { administrators: 'arn:aws:iam::123456789012:root' },
      'allowed: ARNs of IAM roles or users, such as arn:aws:iam::123456789012:role/admin',
    ],
    [
      'a host name without its zone',
      { hostName: 'api.example.com' },
      'hostedZoneName is missing; allowed: hostedZoneName together with hostName, or none of the three',
    ],
    [
      'a host name in another zone',
      { hostName: 'api.example.com', hostedZoneName: 'example.org', hostedZoneId: 'Z0123456789' },
      'hostName is "api.example.com"; allowed: a name below example.org (hostedZoneName)',
    ],
    [
      'the zone’s own name, at which no CNAME can stand',
      { hostName: 'example.com', hostedZoneName: 'example.com', hostedZoneId: 'Z0123456789' },
      'hostName is "example.com"; allowed: a name below example.com (hostedZoneName)',
    ],
    [
      'Kubernetes 1.29, by name',
      { kubernetesVersion: '1.29' },
      'kubernetesVersion is "1.29"; EKS creates no clusters of it since 2026-03-23; allowed: 1.34, 1.35, 1.36',
    ],
    [
      'a repository without owner',
      { sourceRepository: 'berth' },
      'sourceRepository is "berth"; allowed: OWNER/NAME',
    ],
  ])('refuse %s', (_, context, message) => {
    expect(messageFor(context)).toContain(message);
  });

  test('name every problem at once, also what only shows in combination', () => {
    const message = messageFor({ regoin: 'x', replicas: '2', kubernetesVersion: '1.29', nodesPerZone: 9 });
    expect(message).toMatch(/^4 settings are wrong:/);
    for (const name of ['regoin', 'replicas', 'kubernetesVersion', 'maxNodesPerZone']) {
      expect(message).toContain(name);
    }
    expect(message).toContain('Settings are in "context" of cdk.json, or given as -c name=value.');
  });
});

/** A value of each setting that is wrong in itself, and what is allowed instead. */
const bad: Record<SettingName, [unknown, string]> = {
  region: ['Frankfurt', 'the name of an AWS region, such as eu-central-1'],
  availabilityZones: ['a', 'names of availability zones, such as eu-central-1a'],
  vpcCidr: ['10.0.0.0/8', 'an IPv4 block such as 203.0.113.0/24, /16 to /20, its host bits zero'],
  natGateways: ['two', 'one, one-per-zone'],
  kubernetesVersion: ['latest', 'a version as 1.MINOR'],
  architecture: ['arm', 'arm64, x86_64'],
  instanceTypes: ['large', 'EC2 instance types, such as m7g.large'],
  nodesPerZone: ['0', 'a whole number from 1 to 20'],
  maxNodesPerZone: [51, 'a whole number from 1 to 50'],
  endpointCidrs: ['0.0.0.0/0', 'an IPv4 block such as 203.0.113.0/24, /8 to /32, its host bits zero'],
  administrators: ['me', 'ARNs of IAM roles or users, such as arn:aws:iam::123456789012:role/admin'],
  hostName: ['API.example.com', 'a DNS name in lower case, such as api.example.com'],
  hostedZoneName: ['example', 'the name of a Route 53 zone, such as example.com'],
  hostedZoneId: ['example.com', 'the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ'],
  clientCidrs: ['everyone', 'an IPv4 block such as 203.0.113.0/24, /0 to /32, its host bits zero'],
  replicas: ['2', '1, 3, 5'],
  volumeGib: ['8Gi', 'a whole number from 1 to 1024 GiB'],
  dataOnDestroy: ['maybe', 'keep, delete'],
  deletionProtection: [true, 'on, off'],
  sourceProvider: ['CodeCommit', 'GitHub, GitLab, Bitbucket'],
  sourceRepository: ['berth', 'OWNER/NAME'],
  sourceBranch: ['-f', 'the name of a branch'],
  sourceConnectionArn: ['arn:aws:s3:::bucket', 'the ARN of a CodeConnections connection'],
  sourcePaths: ['a b', 'patterns of file paths, such as server/**'],
  releaseApproval: ['yes', 'on, off'],
  notifyEmails: ['oncall', 'mail addresses, such as oncall@example.com'],
};

describe('every setting', () => {
  test.each(settingNames)('says what is allowed instead of a bad value: %s', (name) => {
    const [value, allowed] = bad[name];
    const message = messageFor({ [name]: value });
    expect(message).toContain(`${name} is ${JSON.stringify(value)}; allowed: ${allowed}`);
    expect(message).toContain('Settings are in "context" of cdk.json, or given as -c name=value.');
  });

  test('is refused as a list where one value is meant', () => {
    for (const name of ['region', 'replicas', 'hostName'] as const) {
      expect(messageFor({ [name]: [bad[name][0]] })).toContain(
        `${name} is ${JSON.stringify([bad[name][0]])}; allowed:`,
      );
    }
  });
});
