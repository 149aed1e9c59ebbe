import { checksOfAccount } from '../../lib/preflight/checks';
import { examine } from '../../lib/preflight/examine';
import {
  apiError,
  deployedTemplate,
  nothingDeployed,
  recordedAccount,
  settingsWith,
} from './recorded-account';

const deployedStacks = ({ StackName }: { StackName: string }) => ({
  Stacks: [{ StackName, StackStatus: 'CREATE_COMPLETE' }],
});

test('an empty account that offers everything has nothing wrong, and is not asked for what is not there yet', async () => {
  const { findings, stacks } = await examine(settingsWith(), recordedAccount(nothingDeployed));
  expect(stacks).toEqual({});
  expect(findings.filter(({ status }) => status !== 'good')).toEqual([]);
  expect(findings.map(({ title }) => title)).toContain('quota of Elastic IPs');
  expect(findings.map(({ title }) => title)).not.toContain('add-ons are active');
});

test('an account in which all is deployed as it should be has nothing wrong', async () => {
  const clients = recordedAccount({
    ...deployedTemplate(),
    DescribeStacks: deployedStacks,
    DescribeCluster: { cluster: { version: '1.36' } },
  });
  const { findings, stacks } = await examine(settingsWith(), clients);
  expect(stacks).toMatchObject({ 'berth-platform': 'CREATE_COMPLETE', 'berth-server': 'CREATE_COMPLETE' });
  expect(findings.filter(({ status }) => status !== 'good')).toEqual([]);
  expect(findings.map(({ title }) => title)).toContain('volumes: gp3, encrypted, spread over the zones');
  expect(findings.map(({ title }) => title)).not.toContain('quota of Elastic IPs');
});

test('what may not be asked is told apart from what is wrong', async () => {
  const denied = () => {
    throw apiError('UnauthorizedOperation', 'You are not authorized to perform this operation.');
  };
  const { findings } = await examine(
    settingsWith(),
    recordedAccount({ ...nothingDeployed, DescribeVpcs: denied }),
  );
  expect(findings.filter(({ status }) => status === 'unknown')).toEqual([
    {
      title: 'quota of VPCs',
      status: 'unknown',
      said: 'UnauthorizedOperation: You are not authorized to perform this operation.',
    },
    expect.objectContaining({ title: 'addresses of the VPC', status: 'unknown' }),
  ]);
});

test('without credentials nothing else is asked, and the error says how to get some', async () => {
  const clients = recordedAccount({
    GetCallerIdentity: () => {
      throw apiError('CredentialsProviderError', 'Could not load credentials from any providers');
    },
  });
  await expect(examine(settingsWith(), clients)).rejects.toThrow(
    /no AWS credentials that work: Could not load credentials.*fix: 'aws sso login' or AWS_PROFILE=NAME/,
  );
});

test('no two checks have the same title', () => {
  const titles = checksOfAccount.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
