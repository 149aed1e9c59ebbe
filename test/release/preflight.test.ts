import type { PodView } from '../../lib/deploy/pods';
import { preflight } from '../../lib/release/preflight';
import type { SetView } from '../../lib/release/stateful-set';
import type { Cluster } from '../../lib/targets/target';

const IMAGE = 'berth@sha256:0';

interface Situation {
  readonly pods?: readonly Partial<{ ready: boolean; revision: string; going: boolean }>[];
  readonly partition?: number;
  readonly unseen?: boolean;
  readonly image?: string;
}

/** A set of three as the API server would tell of it. */
function cluster({ pods = [{}, {}, {}], partition, unseen, image = IMAGE }: Situation): Cluster {
  const set: SetView = {
    metadata: { generation: unseen ? 3 : 2 },
    spec: {
      replicas: 3,
      template: { spec: { containers: [{ image }] } },
      updateStrategy: partition === undefined ? {} : { rollingUpdate: { partition } },
    },
    status: { observedGeneration: 2, updateRevision: 'r1' },
  };
  const items = pods.map(({ ready = true, revision = 'r1', going = false }, n): PodView => ({
    metadata: {
      ...{ name: `berth-${n}`, uid: `u-${n}`, labels: { 'controller-revision-hash': revision } },
      ...(going ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [{ image }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }));
  const answer = (args: readonly string[]) => JSON.stringify(args[1] === 'pods' ? { items } : set);
  return { name: 'test', kubectlHint: 'kubectl', kubectl: async (args) => Promise.resolve(answer(args)) };
}

const declaration = {
  name: 'the installation',
  current: () => Promise.resolve(IMAGE),
  declare: () => Promise.reject(new Error('nothing may be declared by looking')),
};
const look = (situation: Situation) => preflight(cluster(situation), declaration);

test('a release may begin where every pod is ready on the one image that is declared', async () => {
  expect((await look({})).image).toBe(IMAGE);
});

test.each<[string, Situation, string]>([
  ['a pod is not ready', { pods: [{}, { ready: false }, {}] }, 'berth-1 is not ready: not ready'],
  ['a pod is being replaced', { pods: [{}, {}, { going: true }] }, 'berth-2 is being replaced'],
  ['a pod is missing', { pods: [{}, {}] }, 'there are 2 pods, not 3'],
  ['somebody else rolls', { pods: [{}, {}, { revision: 'r0' }] }, "somebody else's roll is under way"],
  ['a change is not seen yet', { unseen: true }, "somebody else's roll is under way"],
  ['pods are held back', { partition: 2 }, 'holds back the pods below ordinal 2 (partition)'],
  [
    'the set has another image than is declared',
    { image: 'berth@sha256:1' },
    `the installation declares ${IMAGE}, the set's template has berth@sha256:1`,
  ],
])('and not where %s', async (_, situation, reason) => {
  await expect(look(situation)).rejects.toThrow(reason);
  await expect(look(situation)).rejects.toThrow('look: kubectl --namespace berth get statefulset,pods');
});
