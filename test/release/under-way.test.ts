import type { ReleaseRecord } from '../../lib/release/journal';
import { assertNoReleaseUnderWay } from '../../lib/release/under-way';
import type { Cluster } from '../../lib/targets/target';

const [OLD, NEW] = ['berth@sha256:old', 'berth@sha256:new'];

/** A cluster whose history ends with a release of this outcome, and what was asked to be changed in it. */
function after(outcome: ReleaseRecord['outcome'], kind: ReleaseRecord['kind'] = 'release', runs = NEW) {
  const record: ReleaseRecord = {
    ...{ id: '1', kind, image: NEW, previous: OLD, by: 'ada@laptop', outcome },
    startedAt: '2026-01-01T00:00:00.000Z',
  };
  const journal = { metadata: { resourceVersion: '1' }, data: { releases: JSON.stringify([record]) } };
  const set = { spec: { template: { spec: { containers: [{ image: runs }] } }, updateStrategy: {} } };
  const changes: (readonly string[])[] = [];
  const cluster: Cluster = {
    name: 'test',
    kubectlHint: 'kubectl',
    kubectl: async (args) => {
      if (args[0] !== 'get') changes.push(args);
      return Promise.resolve(JSON.stringify(args[1] === 'configmap' ? journal : set));
    },
  };
  return { cluster, changes };
}

test.each<[ReleaseRecord['outcome'], ReleaseRecord['kind'], string]>([
  ['rolling', 'release', "'bin/berth release' goes on with it, 'bin/berth rollback' takes it back"],
  ['reverting', 'release', "'bin/berth release' goes on with it"],
  ['rolling', 'rollback', "'bin/berth rollback' goes on with it"],
])('while a release is %s (%s) nothing else changes the set', async (outcome, kind, fix) => {
  const { cluster, changes } = after(outcome, kind);
  const refusal = assertNoReleaseUnderWay(cluster);
  await expect(refusal).rejects.toThrow(`a ${kind} of ${NEW}, begun 2026-01-01T00:00:00.000Z by ada@laptop`);
  await expect(refusal).rejects.toThrow(fix);
  expect(changes).toEqual([]);
});

test.each<ReleaseRecord['outcome']>(['released', 'reverted', 'overtaken'])(
  'after one that is %s anything may',
  async (outcome) => {
    const { cluster, changes } = after(outcome);
    await assertNoReleaseUnderWay(cluster);
    expect(changes).toEqual([]);
  },
);

test('one whose set was given another image by somebody stands in no way', async () => {
  const { cluster } = after('rolling', 'release', 'berth@sha256:of-somebody');
  await expect(assertNoReleaseUnderWay(cluster)).resolves.toBeUndefined();
});

test('after one that failed both ways pods are no longer held, so that what comes next reaches them', async () => {
  const { cluster, changes } = after('failed');
  await assertNoReleaseUnderWay(cluster);
  expect(changes).toHaveLength(1);
  expect(changes[0]?.at(-1)).toBe('{"spec":{"updateStrategy":{"rollingUpdate":null}}}');
});
