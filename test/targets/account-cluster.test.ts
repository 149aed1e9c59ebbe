import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Cluster } from '../../lib/targets/target';
import { withAccountCluster } from '../../lib/targets/account-cluster';
import { fakeCommands, type FakeCommands } from './fake-commands';

describe('the cluster of an account', () => {
  let fake: FakeCommands;
  beforeEach(() => {
    fake = fakeCommands();
    // kubectl prints the kubeconfig it was given.
    fake.command('kubectl', 'case "$1" in --kubeconfig) cat "$2";; esac');
    fake.command(
      'aws',
      `case "$*" in
        *describe-cluster*) echo '{"cluster": {"endpoint": "https://api.example", "certificateAuthority": {"data": "Y2E="}}}';;
        *get-token*) echo '{"status": {"token": "k8s-aws-v1.abc"}}';;
      esac`,
    );
  });
  afterEach(() => {
    jest.restoreAllMocks();
    fake.restore();
  });

  const within = <T>(work: (cluster: Cluster) => Promise<T>) =>
    withAccountCluster({ name: 'berth', region: 'eu-central-1' }, work);
  const asked = (command: string) => fake.calls().filter((call) => call.startsWith(`aws eks ${command}`));

  test('is asked with a token that kubectl need not fetch', async () => {
    const config = JSON.parse(await within((cluster) => cluster.kubectl(['get', 'pods']))) as object;
    expect(config).toMatchObject({
      clusters: [
        { cluster: { server: 'https://api.example', 'certificate-authority-data': 'Y2E=' }, name: 'berth' },
      ],
      users: [{ name: 'berth', user: { token: 'k8s-aws-v1.abc' } }],
      'current-context': 'berth',
    });
  });

  test('costs one token for many calls, and another one before that is too old', async () => {
    await within(async (cluster) => {
      await Promise.all([1, 2, 3].map(() => cluster.kubectl(['get', 'pods'])));
      expect(asked('get-token')).toHaveLength(1);
      const later = Date.now() + 14 * 60_000;
      jest.spyOn(Date, 'now').mockReturnValue(later);
      await cluster.kubectl(['get', 'pods']);
    });
    expect(asked('get-token')).toHaveLength(2);
    expect(asked('describe-cluster')).toEqual([
      'aws eks describe-cluster --region eu-central-1 --name berth --output json',
    ]);
  });

  test('is asked once more with another token when one is not taken', async () => {
    fake.command(
      'kubectl',
      'case "$(cat "$2")" in *first*) echo "error: Unauthorized" >&2; exit 1;; esac; echo done',
    );
    fake.command(
      'aws',
      `case "$*" in
        *describe-cluster*) echo '{"cluster": {"endpoint": "https://api.example", "certificateAuthority": {"data": "Y2E="}}}';;
        *get-token*) [ -e "$0.asked" ] && t=second || t=first; touch "$0.asked"; echo "{\\"status\\": {\\"token\\": \\"$t\\"}}";;
      esac`,
    );
    expect(await within((cluster) => cluster.kubectl(['get', 'pods']))).toBe('done');
    expect(asked('get-token')).toHaveLength(2);
  });

  test('leaves no token behind, and lets nobody else read it', async () => {
    const file = await within(async (cluster) => {
      await cluster.kubectl(['version']);
      const name = /--kubeconfig (\S+)/.exec(fake.calls().join('\n'))?.[1] ?? '';
      expect(readFileSync(name, 'utf8')).toContain('k8s-aws-v1.abc');
      expect(statSync(name).mode & 0o077).toBe(0);
      return name;
    });
    expect(existsSync(file)).toBe(false);
  });

  test('that is not there is what the AWS CLI says', async () => {
    fake.command(
      'aws',
      'case "$*" in *version*) ;; *) echo "No cluster found for name: berth." >&2; exit 254;; esac',
    );
    await expect(within(() => Promise.resolve())).rejects.toThrow('No cluster found for name: berth.');
  });
});
