import { keptIn } from '../../lib/release/kept-in';
import { PushedImages } from '../../lib/server/first-image/pushed-images';
import { UserError } from '../../lib/terminal/user-error';
import { Account } from '../server/first-image/account';

const DIGEST = `sha256:0123456789ab${'f'.repeat(52)}`;
const REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const IMAGE = `${REGISTRY}/berth@${DIGEST}`;
const TAG = 'release-0123456789ab';

function account(): Account {
  const made = new Account();
  made.push('berth', 'commit', DIGEST);
  return made;
}
const keep = (there: Account, image: string) => keptIn(new PushedImages(there.ecr))(image);

test('an image that is released gets a tag of its own beside the one it was pushed under', async () => {
  const there = account();
  await keep(there, IMAGE);
  expect(Object.fromEntries(there.repositories.get('berth') ?? [])).toEqual({
    commit: DIGEST,
    [TAG]: DIGEST,
  });
});

test('an image that has its tag already is left as it is, as when it is rolled back to', async () => {
  const there = account();
  await keep(there, IMAGE);
  await keep(there, IMAGE);
  expect(there.done).toEqual([`berth:${TAG}`]);
});

test('two that put the same tag at once are no error to either', async () => {
  const there = account();
  await Promise.all([keep(there, IMAGE), keep(there, IMAGE)]);
  expect(there.repositories.get('berth')?.get(TAG)).toBe(DIGEST);
});

test('a tag never goes from one image to another', async () => {
  const there = account();
  const other = `sha256:0123456789ab${'e'.repeat(52)}`;
  there.push('berth', TAG, other);
  await expect(keep(there, IMAGE)).rejects.toThrow('ImageTagAlreadyExistsException');
  expect(there.repositories.get('berth')?.get(TAG)).toBe(other);
});

test.each([
  ['the first one, in the repository of the CDK', `${REGISTRY}/cdk-hnb659fds-container-assets@${DIGEST}`],
  ['one of another registry', `ghcr.io/me/berth@${DIGEST}`],
  [
    'one of another account',
    `999999999999.dkr.ecr.eu-central-1.amazonaws.com/berth@sha256:${'9'.repeat(64)}`,
  ],
])('an image that is not the repository’s is not tagged: %s', async (_, image) => {
  const there = account();
  there.push('cdk-hnb659fds-container-assets', 'asset', DIGEST);
  await keep(there, image);
  expect(there.done).toEqual([]);
});

test('who may not tag is told which rights that takes', async () => {
  const denied = { keep: () => Promise.reject(new Error('not authorized to perform: ecr:PutImage')) };
  const error: unknown = await keptIn(denied)(IMAGE).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toBe(
    `${IMAGE} cannot be kept from expiring, so nothing is released: not authorized to perform: ecr:PutImage\n` +
      '  fix: whoever releases needs ecr:BatchGetImage and ecr:PutImage on the repository berth; ' +
      'the pipeline gets both with: npx cdk deploy berth-pipeline',
  );
});
