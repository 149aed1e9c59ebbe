import { change, followRollouts } from '../../lib/deploy/rollout';
import { minikubeTarget } from '../../lib/targets/minikube-target';
import { fakeCommands, type FakeCommands } from '../targets/fake-commands';

describe('a rollout', () => {
  const target = minikubeTarget();
  let fake: FakeCommands;
  beforeEach(() => {
    fake = fakeCommands();
  });
  afterEach(() => {
    fake.restore();
  });

  /** A set of one pod, which runs the newest revision of this generation. */
  const set = (generation: number) => ({
    metadata: { name: 'berth', generation },
    spec: { replicas: 1 },
    status: {
      ...{ observedGeneration: generation, updatedReplicas: 1, availableReplicas: 1 },
      ...{ currentRevision: 'one', updateRevision: 'one' },
    },
  });
  /** Kubectl lists the set as it is, and tells of each change a moment later. */
  const kubectl = (listed: number, ...later: readonly number[]) => {
    const events = later.map(
      (one) => `sleep 0.3; echo '${JSON.stringify({ type: 'MODIFIED', object: set(one) })}'`,
    );
    fake.command(
      'kubectl',
      `case "$*" in *--watch*) ${[...events, 'exec sleep 60'].join('; ')};; *) echo '${JSON.stringify({ items: [set(listed)] })}';; esac`,
    );
  };
  const follow = async (generation: number, seconds: number) => {
    const rollouts = await followRollouts(target, { now: () => [] });
    try {
      const seen: string[] = [];
      await rollouts.wait(generation, seconds, (text) => seen.push(text));
      return seen;
    } finally {
      await rollouts.end();
    }
  };

  test('that nothing was asked of is over', async () => {
    kubectl(4);
    expect(await follow(0, 20)).toEqual(['1 of 1 pods rolled out']);
  });

  test('is not over as long as only the set before the change was seen', async () => {
    kubectl(4);
    await expect(follow(5, 1)).rejects.toThrow('the rollout did not come within 1 s');
  });

  test('is over once the changed set was seen', async () => {
    kubectl(4, 5);
    expect(await follow(5, 20)).toEqual(['1 of 1 pods rolled out']);
  });

  test('is of the generation that kubectl tells of the change, or of any if there was none', async () => {
    fake.command('kubectl', 'printf 7');
    expect(await change(target, ['set', 'image'], 'berth=a')).toBe(7);
    fake.command('kubectl', 'true');
    expect(await change(target, ['set', 'image'], 'berth=a')).toBe(0);
    fake.command('kubectl', 'echo statefulset.apps/berth restarted');
    await expect(change(target, ['rollout', 'restart'])).rejects.toThrow(
      'told: statefulset.apps/berth restarted',
    );
  });
});
