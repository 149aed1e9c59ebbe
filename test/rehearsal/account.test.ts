import { accountEnvironment, ROOT } from '../../lib/rehearsal/account';
import { progressOf } from '../../lib/rehearsal/cdk';
import { difference } from '../../lib/rehearsal/steps/destroy';

describe('the environment of what works in the account', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test("takes a person's credentials, profiles and proxies away", () => {
    Object.assign(process.env, {
      AWS_PROFILE: 'production',
      AWS_SESSION_TOKEN: 'secret',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23',
      AWS_ENDPOINT_URL_S3: 'https://elsewhere.example',
      CDK_DEFAULT_ACCOUNT: '444455556666',
      HTTPS_PROXY: 'http://proxy.example',
      https_proxy: 'http://proxy.example',
    });
    const environment = accountEnvironment({ endpoint: 'https://localhost:1', authority: '/ca', keys: ROOT });
    const given = Object.entries(environment).filter(([name]) => name in process.env && !(name in before));
    expect(given.length).toBe(7);
    expect(given.every(([, value]) => value === undefined)).toBe(true);
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL: 'https://localhost:1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
});

test('what is left in the account is what was not there before, by kind', () => {
  const now = { 'IAM role': ['a', 'b'], 'S3 bucket': ['c'], 'log group': ['d'] };
  expect(difference(now, { 'IAM role': ['a'], 'S3 bucket': ['c'] })).toEqual({
    'IAM role': ['b'],
    'log group': ['d'],
  });
});

test('progress of a deployment is read from its events, as they end', () => {
  const event = 'berth-platform |  4/83 | 12:04:47 AM | CREATE_COMPLETE   | AWS::IAM::Role | A/Role (ARole1)';
  expect(progressOf(event)).toBe('berth-platform 4/83 AWS::IAM::Role');
  expect(progressOf(event.replace('COMPLETE', 'IN_PROGRESS'))).toBeUndefined();
  expect(progressOf('✨  Synthesis time: 3s')).toBeUndefined();
});
