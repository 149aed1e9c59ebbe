import { tokensSecret } from '../../lib/manifests/secrets';
import { waitFor } from '../../lib/process/wait';
import { client, kubectl } from './environment';

const inNamespace = ['--namespace', 'berth'];
const uid = () =>
  kubectl([
    'get',
    'pod',
    'berth-0',
    ...inNamespace,
    '--output',
    'jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}',
  ]);

/** The kubelet looks at Secrets about once a minute; a change to the pod makes it look now. */
const look = (mark: string) =>
  kubectl(['annotate', 'pod', 'berth-0', ...inNamespace, '--overwrite', `berth.example/looked=${mark}`]);

const answers = async (token: string, status: number) => {
  const items = client(token);
  try {
    return await waitFor(
      `an answer of ${status}`,
      async () => {
        const answer = await items.request('GET', '/v1/items?limit=1');
        return answer.status === status ? answer.body : undefined;
      },
      { seconds: 120 },
    );
  } finally {
    await items.close();
  }
};

test('tokens are added, taken away and brought back without a restart', async () => {
  const before = await uid();
  const encoded = await kubectl([
    'get',
    'secret',
    'berth-tokens',
    ...inNamespace,
    '--output',
    'jsonpath={.data.tokens}',
  ]);
  const [first = ''] = Buffer.from(encoded, 'base64').toString('utf8').trim().split('\n');
  const second = 'a-second-token-of-thirty-two-characters';
  const secret = (tokens: string[]) => JSON.stringify(tokensSecret('berth', tokens));
  try {
    await kubectl(
      ['apply', '--server-side', '--force-conflicts', '--filename', '-'],
      secret([first, second]),
    );
    await look('added');
    await answers(second, 200);
    await answers(first, 200);

    await kubectl(['delete', 'secret', 'berth-tokens', ...inNamespace]);
    await look('deleted');
    expect(await answers(first, 401)).toContain('berth-tokens');
  } finally {
    await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', '-'], secret([first]));
    await look('restored');
  }
  await answers(first, 200);
  await answers(second, 401);
  expect(await uid()).toBe(before);
});
