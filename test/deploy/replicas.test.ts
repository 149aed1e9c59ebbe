import { replicasToRun } from '../../lib/deploy/replicas';
import type { Target } from '../../lib/targets/target';

/** A cluster with a set of so many replicas, or with the claims that are left of one. */
const running = (replicas: string, claims = '') =>
  ({
    kubectl: (args: string[]) => Promise.resolve(args.includes('statefulset') ? replicas : claims),
  }) as unknown as Target;

describe('the number of replicas', () => {
  test('is one where nothing runs and nothing is asked for', async () => {
    expect(await replicasToRun(running(''), undefined)).toBe(1);
  });

  test('stays as it is when nothing is asked for', async () => {
    expect(await replicasToRun(running('3'), undefined)).toBe(3);
  });

  test('is as many as volumes were kept of a set that was taken down', async () => {
    const claims =
      'persistentvolumeclaim/data-berth-0\npersistentvolumeclaim/data-berth-1\npersistentvolumeclaim/data-berth-2';
    expect(await replicasToRun(running('', claims), undefined)).toBe(3);
  });

  test('grows when more are asked for', async () => {
    expect(await replicasToRun(running('1'), 3)).toBe(3);
  });

  test('is never lowered, which would cost the members that stay their quorum', async () => {
    await expect(replicasToRun(running('3'), 1)).rejects.toThrow(
      '--replicas 1 is fewer than the 3 there are, and pods that go would still be members of the store; ' +
        'allowed: 3 or more; lower it with: bin/berth scale 1',
    );
  });
});
