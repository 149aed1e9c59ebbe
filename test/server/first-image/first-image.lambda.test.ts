import { nameFirstImage } from '../../../lib/server/first-image/first-image.lambda';
import { Account } from './account';

const REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const ASSETS = 'cdk-hnb659fds-container-assets';
const PARAMETER = '/berth/image';
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const asset = (digit: string) => `${REGISTRY}/${ASSETS}@${digest(digit)}`;
const release = (digit: string) => `${REGISTRY}/berth@${digest(digit)}`;

/** As `cdk deploy` does: pushes the image of the source, then CloudFormation calls the resource. */
function deploy(account: Account, RequestType: 'Create' | 'Update' | 'Delete', source: string) {
  account.push(ASSETS, `hash-of-${source}`, digest(source));
  const event = {
    ...{ RequestType, PhysicalResourceId: PARAMETER, StackId: 'arn:aws:cloudformation:stack/berth-image/1' },
    ResourceProperties: {
      ...{ ParameterName: PARAMETER, RepositoryUri: `${REGISTRY}/${ASSETS}` },
      ...{ ImageTag: `hash-of-${source}`, KeepTag: 'keep' },
    },
  };
  return nameFirstImage(event as unknown as Parameters<typeof nameFirstImage>[0], account);
}

const value = (account: Account) => account.parameters.get(PARAMETER);
const kept = (account: Account) => account.repositories.get(ASSETS)?.get('keep');

describe('the first deployment', () => {
  test('writes the image of this source, by its digest', async () => {
    const account = new Account();
    const { PhysicalResourceId, Data } = await deploy(account, 'Create', 'a');
    expect([value(account), PhysicalResourceId, Data]).toEqual([
      asset('a'),
      PARAMETER,
      { Image: asset('a') },
    ]);
  });

  test('gives the image a tag that stays when the source changes', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    await deploy(account, 'Update', 'b');
    expect(kept(account)).toBe(digest('a'));
  });

  test('takes that tag from the first image of an installation before it', async () => {
    const account = new Account();
    account.push(ASSETS, 'keep', digest('0'));
    await deploy(account, 'Create', 'a');
    expect(kept(account)).toBe(digest('a'));
  });

  test('leaves a parameter that names an image which is there', async () => {
    const account = new Account();
    account.push('berth', 'v7', digest('7'));
    account.parameters.set(PARAMETER, release('7'));
    await deploy(account, 'Create', 'a');
    expect(value(account)).toBe(release('7'));
  });

  test.each([
    ['image', new Map([['berth', new Map<string, string>()]])],
    ['repository', new Map<string, Map<string, string>>()],
  ])('replaces a value whose %s is gone, as it could never start', async (_what, repositories) => {
    const account = new Account();
    for (const [name, tags] of repositories) account.repositories.set(name, tags);
    account.parameters.set(PARAMETER, release('7'));
    await deploy(account, 'Create', 'a');
    expect(value(account)).toBe(asset('a'));
  });

  test('leaves an image of a registry it knows nothing of', async () => {
    const account = new Account();
    account.parameters.set(PARAMETER, `ghcr.io/me/berth@${digest('9')}`);
    await deploy(account, 'Create', 'a');
    expect(value(account)).toBe(`ghcr.io/me/berth@${digest('9')}`);
  });

  test('yields to a release that writes at the same moment', async () => {
    const account = new Account();
    account.meanwhile = () => account.parameters.set(PARAMETER, release('7'));
    expect((await deploy(account, 'Create', 'a')).Data).toEqual({ Image: release('7') });
    expect(value(account)).toBe(release('7'));
  });

  test('fails when the image was not pushed', async () => {
    const account = new Account();
    account.push(ASSETS, 'other', digest('c'));
    account.push = () => undefined;
    await expect(deploy(account, 'Create', 'a')).rejects.toThrow('ImageNotFoundException');
    expect(value(account)).toBeUndefined();
  });
});

describe('a later deployment', () => {
  test('of changed source leaves the image of the release', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    account.push('berth', 'v2', digest('2'));
    account.parameters.set(PARAMETER, release('2'));
    const { Data } = await deploy(account, 'Update', 'b');
    expect([value(account), Data]).toEqual([release('2'), { Image: release('2') }]);
  });

  test('of changed source before any release leaves the first image', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    await deploy(account, 'Update', 'b');
    expect(value(account)).toBe(asset('a'));
  });

  test('never writes over a value, not even one whose image is gone', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    account.parameters.set(PARAMETER, release('2'));
    await deploy(account, 'Update', 'b');
    expect(value(account)).toBe(release('2'));
  });

  test('writes again where somebody removed the parameter', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    account.parameters.clear();
    await deploy(account, 'Update', 'b');
    expect([value(account), kept(account)]).toEqual([asset('b'), digest('b')]);
  });
});

describe('deleting', () => {
  test('the whole stack removes the parameter and the tag, and not the image', async () => {
    const account = new Account();
    await deploy(account, 'Create', 'a');
    account.stackStatus = 'DELETE_IN_PROGRESS';
    await deploy(account, 'Delete', 'a');
    await deploy(account, 'Delete', 'a');
    expect([value(account), kept(account)]).toEqual([undefined, undefined]);
    expect(account.repositories.get(ASSETS)?.get('hash-of-a')).toBe(digest('a'));
  });

  test.each(['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])(
    'the resource alone, in %s, leaves what runs',
    async (status) => {
      const account = new Account();
      await deploy(account, 'Create', 'a');
      account.stackStatus = status;
      await deploy(account, 'Delete', 'a');
      expect([value(account), kept(account)]).toEqual([asset('a'), digest('a')]);
    },
  );
});
