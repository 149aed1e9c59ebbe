import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { names } from '../../config/names';
import { buildImage } from '../../image/build';
import { projectVersion } from '../../image/source';
import { silent } from '../../terminal/progress';
import { UserError } from '../../terminal/user-error';
import { clientSettings, REGISTRY_HOST } from '../account';
import { pushImage } from '../docker/push';
import { registryClient } from '../docker/registry-client';
import type { Deployed, Scene } from '../rehearse';

const UPDATE_SECONDS = 120;

/**
 * As the pipeline releases: another image is pushed, the parameter says so, and the server's stack is updated with the
 * template it has.
 */
export async function release(
  scene: Scene,
  { server, host, items }: Deployed,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<void> {
  const { account, workspace } = scene.stage;
  const before = await server.running();
  const version = `${projectVersion(workspace.checkout)}-rehearsal`;
  const image = await buildImage({ checkout: workspace.checkout, version, progress: silent });
  const registry = registryClient(account.endpoint, account.authority);
  const digest = await pushImage(image.archive, names.repository, version, registry);
  const reference = `${REGISTRY_HOST}/${names.repository}@${digest}`;
  await new SSMClient(clientSettings(account)).send(
    new PutParameterCommand({ Name: names.imageParameter, Value: reference, Overwrite: true }),
  );
  const started = Date.now();
  await scene.stacks.updateInPlace(names.stacks.server, UPDATE_SECONDS);
  const updated = (Date.now() - started) / 1000;
  const after = await server.untilRolledOut(detail);
  const old = after.filter(
    ({ image: runs, uid }) => runs !== reference || before.some((pod) => pod.uid === uid),
  );
  if (old.length > 0) {
    throw new UserError(
      `pods that were not rolled to ${reference}: ${old.map(({ name }) => name).join(', ')}`,
    );
  }
  seen(
    `update-stack --use-previous-template took ${updated.toFixed(1)} s, the roll of ${after.length} pods the rest`,
  );
  seen(`${after.length} of ${after.length} pods run ${reference}`);
  seen(`${await server.assertKept(host, items)} of ${items.length} items unchanged`);
}
