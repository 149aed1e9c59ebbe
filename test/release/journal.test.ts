import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Journal, releaser, type ReleaseRecord } from '../../lib/release/journal';
import type { Cluster } from '../../lib/targets/target';
import { UserError } from '../../lib/terminal/user-error';

/** One ConfigMap with the API server's rule: a replace names the version it has read, or is refused. */
function clusterWithOneConfigMap(): Cluster {
  let version = 0;
  let data: Record<string, string> | undefined;
  const object = () => JSON.stringify({ metadata: { resourceVersion: String(version) }, data });
  return {
    name: 'test',
    kubectlHint: 'kubectl',
    kubectl: async ([verb], options) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (verb === 'get') return data === undefined ? '' : object();
      const given = JSON.parse(options?.input ?? '{}') as {
        metadata: { resourceVersion?: string };
        data: Record<string, string>;
      };
      const expected = data === undefined ? undefined : String(version);
      if (given.metadata.resourceVersion !== expected) throw new UserError('Conflict');
      version += 1;
      data = given.data;
      return object();
    },
  };
}

const record = (id: string): ReleaseRecord => ({
  id,
  kind: 'release',
  image: `berth@sha256:${id}`,
  previous: 'berth@sha256:0',
  by: 'somebody',
  startedAt: '2026-01-01T00:00:00.000Z',
  outcome: 'rolling',
});
const silently = () => undefined;

test('what was written is read again, and a record is replaced by the one of the same id', async () => {
  const cluster = clusterWithOneConfigMap();
  await Journal.whileHeld(cluster, 'a', silently, async (journal) => {
    await journal.put(record('1'));
    await journal.put(record('2'));
    await journal.put({ ...record('1'), outcome: 'released' });
  });
  const read = await Journal.read(cluster);
  expect(read.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['2', 'rolling'],
    ['1', 'released'],
  ]);
});

test('fifty releases are remembered', async () => {
  const cluster = clusterWithOneConfigMap();
  await Journal.whileHeld(cluster, 'a', silently, async (journal) => {
    for (let n = 1; n <= 52; n += 1) await journal.put(record(String(n)));
  });
  expect((await Journal.read(cluster)).map(({ id }) => id)).toEqual(
    Array.from({ length: 50 }, (_, n) => String(n + 3)),
  );
});

test('while one releases another is refused, and told by whom', async () => {
  const cluster = clusterWithOneConfigMap();
  await Journal.whileHeld(cluster, 'the first', silently, async () => {
    const other = Journal.whileHeld(cluster, 'the second', silently, () => Promise.resolve('released'));
    await expect(other).rejects.toThrow('another release is under way, by the first');
  });
  await expect(
    Journal.whileHeld(cluster, 'the second', silently, () => Promise.resolve('released')),
  ).resolves.toBe('released');
});

test('a release whose process was killed on this machine is followed at once', async () => {
  const cluster = clusterWithOneConfigMap();
  // Killed: it never gives the lock up.
  const held = join(__dirname, 'hold-the-lock.ts');
  const child = spawnSync(process.execPath, ['--require', 'tsx/cjs', held], { encoding: 'utf8' });
  expect(child.signal).toBe('SIGKILL');
  await cluster.kubectl(['create'], { input: child.stdout });
  const told: string[] = [];
  await Journal.whileHeld(
    cluster,
    'the next',
    (text) => told.push(text),
    (journal) => journal.put(record('1')),
  );
  expect(told).toEqual([]);
});

test('whoever releases is the build in CodeBuild, else the person and the machine', () => {
  expect(releaser({ CODEBUILD_BUILD_ID: 'berth:42' })).toBe('berth:42');
  expect(releaser({})).toMatch(/^.+@.+$/);
});
