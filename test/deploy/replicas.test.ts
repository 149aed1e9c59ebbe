import { replicasToRun } from '../../lib/deploy/replicas';
import type { Target } from '../../lib/targets/target';

const running = (replicas: string) => ({ kubectl: () => Promise.resolve(replicas) }) as unknown as Target;

describe('the number of replicas', () => {
  test('is one where nothing runs and nothing is asked for', async () => {
    expect(await replicasToRun(running(''), undefined)).toBe(1);
  });

  test('stays as it is when nothing is asked for', async () => {
    expect(await replicasToRun(running('3'), undefined)).toBe(3);
  });

  test('grows when more are asked for', async () => {
    expect(await replicasToRun(running('1'), 3)).toBe(3);
  });

  test('is never lowered, which would cost the members that stay their quorum', async () => {
    await expect(replicasToRun(running('3'), 1)).rejects.toThrow(
      '--replicas 1 is fewer than the 3 that run; allowed: 3 or more',
    );
  });
});
