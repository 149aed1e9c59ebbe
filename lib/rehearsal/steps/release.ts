import { join } from 'node:path';
import { names } from '../../config/names';
import { buildImage } from '../../image/build';
import { projectVersion } from '../../image/source';
import { run } from '../../process/run';
import type { ReleaseRecord } from '../../release/journal';
import { silent } from '../../terminal/progress';
import { UserError } from '../../terminal/user-error';
import { REGISTRY_HOST } from '../account';
import { commandLine } from '../command-line';
import { pushImage } from '../docker/push';
import { registryClient } from '../docker/registry-client';
import { logOf, type Deployed, type Scene } from '../scene';

/**
 * As the pipeline releases: another image is pushed, and `bin/berth release` brings it to the server with what the
 * account gives a build, its credentials. Only the way to the load balancer is told, as nobody knows its name.
 * @returns seconds that the release took: the pods that are rolled one after the other
 */
export async function release(
  scene: Scene,
  { server, host, items }: Deployed,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<number> {
  const { account, workspace, cluster } = scene.stage;
  const before = await server.running();
  const version = `${projectVersion(workspace.checkout)}-rehearsal`;
  const image = await buildImage({ checkout: workspace.checkout, version, progress: silent });
  const registry = registryClient(account.endpoint, account.authority);
  const digest = await pushImage(image.archive, names.repository, version, registry);
  const reference = `${REGISTRY_HOST}/${names.repository}@${digest}`;
  const { address, port } = cluster.frontDoor;
  const command = ['release', reference, '--on', 'account', '--front-door', `${address}:${port}`, '--json'];
  const json = await run(join(workspace.checkout, 'bin', 'berth'), command, {
    env: await commandLine(scene.stage),
    log: logOf(scene, 'release'),
    onLine: detail,
  });
  const { outcome, startedAt, endedAt = '' } = JSON.parse(json) as ReleaseRecord;
  const after = await server.running();
  const old = after.filter(
    ({ image: runs, uid }) => runs !== reference || before.some((pod) => pod.uid === uid),
  );
  if (old.length > 0) {
    throw new UserError(
      `pods that were not rolled to ${reference}: ${old.map(({ name }) => name).join(', ')}`,
    );
  }
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  seen(`${outcome} in ${seconds.toFixed(1)} s`);
  seen(`${after.length} of ${after.length} pods run ${reference}`);
  seen(`${await server.assertKept(host, items)} of ${items.length} items unchanged`);
  return seconds;
}
