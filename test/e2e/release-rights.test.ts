import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ItemClient } from '../../lib/client/item-client';
import { buildImage, type BuiltImage } from '../../lib/image/build';
import { RELEASE_GROUP, releaseRole, releaseRoleBinding } from '../../lib/pipeline/release-rights';
import { declaredInInstallation } from '../../lib/release/declared-in-installation';
import { Journal } from '../../lib/release/journal';
import { release } from '../../lib/release/release';
import { chooseTarget } from '../../lib/targets/choose';
import type { Cluster, Target } from '../../lib/targets/target';
import { silent } from '../../lib/terminal/progress';
import { copy, kubectl, up } from './environment';

let target: Target;
/** The cluster as the pipeline's release has it: as a member of the group, and nothing besides. */
let asRelease: Cluster;
let image: BuiltImage;

beforeAll(async () => {
  target = await chooseTarget({ on: 'local', checkout: copy });
  const me = ['--as=pipeline', `--as-group=${RELEASE_GROUP}`, '--as-group=system:authenticated'];
  asRelease = { ...target, kubectl: (args, options) => target.kubectl([...me, ...args], options) };
  for (const object of [releaseRole, releaseRoleBinding]) {
    await kubectl(['apply', '--filename', '-'], JSON.stringify(object));
  }
  const version = `0.0.0-rights.${process.pid}`;
  image = await buildImage({ checkout: join(__dirname, '..', '..'), version, progress: silent });
  await target.loadImage?.(image.archive, image.reference);
}, 600_000);

afterAll(async () => {
  rmSync(dirname(image.archive), { recursive: true, force: true });
  for (const { kind, metadata } of [releaseRoleBinding, releaseRole]) {
    await kubectl(['delete', kind, metadata.name, '--namespace', metadata.namespace]);
  }
});

test('a release needs no more of the cluster than its Role gives, to the image and back', async () => {
  const token = readFileSync(up.tokenFile, 'utf8').trim();
  const service = new ItemClient(up.frontDoor, up.host, token);
  // The template is CloudFormation's in an account, so it is not changed with the release's rights here either.
  const declaration = declaredInInstallation(target, copy);
  const place = { cluster: asRelease, declaration, service, credentials: { host: up.host, token } };
  const before = await declaration.current();
  const running = async () => {
    const path = 'jsonpath={.items[*].spec.containers[0].image}';
    const images = await kubectl(['get', 'pods', '--namespace', 'berth', '--output', path]);
    return [...new Set(images.split(' '))];
  };
  try {
    const request = { kind: 'release', by: 'pipeline', podSeconds: 300 } as const;
    await release(place, { ...request, image: image.reference }, silent);
    expect(await running()).toEqual([image.reference]);
    await release(place, { ...request, image: before }, silent);
    expect(await running()).toEqual([before]);
  } finally {
    await service.close();
  }
  const records = await Journal.read(asRelease);
  expect(records.slice(-2).map(({ outcome }) => outcome)).toEqual(['released', 'released']);
});

test.each([
  ['read another Secret', ['get', 'secret', 'berth-peers']],
  ['run a command in a pod', ['exec', 'berth-0', '--', '/berth-server']],
  [
    'change the ConfigMap of replicas',
    ['patch', 'configmap', 'berth-replicas', '--patch', '{"data":{"x":"1"}}'],
  ],
  ['delete the set', ['delete', 'statefulset', 'berth']],
])('and cannot %s', async (_what, args) => {
  await expect(asRelease.kubectl(['--namespace', 'berth', ...args])).rejects.toThrow(/forbidden/i);
});

test('nor see another namespace', async () => {
  await expect(asRelease.kubectl(['get', 'pods', '--namespace', 'kube-system'])).rejects.toThrow(
    /forbidden/i,
  );
});
