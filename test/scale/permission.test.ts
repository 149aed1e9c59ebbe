import { allowFewer, allowNoFewer } from '../../lib/scale/permission';
import type { Target } from '../../lib/targets/target';

const recorded = () => {
  const calls: string[][] = [];
  const target = {
    kubectl: (args: string[]) => {
      calls.push(args);
      return Promise.resolve('');
    },
  } as unknown as Target;
  return { calls, target };
};

describe('the permission for fewer replicas', () => {
  test('names both numbers and ends two minutes later, on the set and on the ConfigMap', async () => {
    const { calls, target } = recorded();
    await allowFewer(target, 5, 3);
    const [args = []] = calls;
    expect(args).toEqual(
      expect.arrayContaining(['statefulset/berth', 'configmap/berth-replicas', '--overwrite']),
    );
    const value = args.at(-1) ?? '';
    expect(value).toMatch(/^berth\.example\.com\/members-left=5 3 /);
    const seconds = (Date.parse(value.split(' ')[2] ?? '') - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThanOrEqual(120);
  });

  test('is taken back', async () => {
    const { calls, target } = recorded();
    await allowNoFewer(target);
    expect(calls[0]?.at(-1)).toBe('berth.example.com/members-left-');
  });
});
