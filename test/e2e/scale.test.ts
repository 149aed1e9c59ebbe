import { manifests } from '../../lib/manifests/manifests';
import { minikubeProfile } from '../../lib/manifests/profiles/minikube';
import { toYaml } from '../../lib/manifests/yaml';
import type { ScaleResult } from '../../lib/commands/scale';
import { berth, kubectl, up } from './environment';
import { startLoad } from './load';

const scale = async (...args: string[]) => {
  const { code, out, err } = await berth(['scale', ...args, '--json']);
  if (code !== 0) throw new Error(`berth scale ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as ScaleResult;
};
const replicas = () =>
  kubectl(['get', 'statefulset', 'berth', '--namespace', 'berth', '--output', 'jsonpath={.spec.replicas}']);

test('1 → 3 → 5 → 3 → 1 members under load: nothing lost, nothing failed, and no other way down', async () => {
  const load = startLoad('scaled');
  expect(await scale('3')).toMatchObject({ from: 1, joined: ['berth-1', 'berth-2'], left: [] });
  expect(await scale('5')).toMatchObject({ from: 3, joined: ['berth-3', 'berth-4'], left: [] });

  const refused = 'replicas: 3 is fewer than the 5 there are';
  const smaller = manifests(minikubeProfile({ image: up.image, host: up.host, replicas: 3 }));
  await expect(kubectl(['apply', '--filename', '-'], toYaml(smaller))).rejects.toThrow(refused);
  await expect(
    kubectl(['scale', 'statefulset', 'berth', '--namespace', 'berth', '--replicas=3']),
  ).rejects.toThrow(
    `${refused}, and pods that go would still be members of the store; lower it with: bin/berth scale 3`,
  );
  expect(await replicas()).toBe('5');

  expect(await scale('3')).toMatchObject({
    left: ['berth-4', 'berth-3'],
    volumes: { kept: ['data-berth-3', 'data-berth-4'], deleted: [] },
  });
  expect(await scale('1', '--delete-volumes')).toMatchObject({
    left: ['berth-2', 'berth-1'],
    volumes: { kept: [], deleted: ['data-berth-1', 'data-berth-2'] },
  });
  const result = await load.stop();
  expect(result).toMatchObject({ failed: [], lost: [] });
  expect(result.requests).toBeGreaterThan(1000);
});
