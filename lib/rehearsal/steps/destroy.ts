import { names } from '../../config/names';
import { clientsFor } from '../../preflight/clients';
import { clusterLeftovers } from '../../platform/teardown-guard/kinds';
import { UserError } from '../../terminal/user-error';
import { clientSettings, inventory } from '../account';
import type { Scene } from '../scene';

/** What the settings may keep, and the kind of the account's resources that it is. */
const KEPT = 'EC2 volume';

type Inventory = Readonly<Record<string, readonly string[]>>;

/**
 * Takes everything away, and looks whether that is so: in the cluster and in the account.
 * @returns what is left on purpose, by kind
 * @throws UserError something else is left, or there was nothing for the teardown guard to remove
 */
export async function destroy(
  scene: Scene,
  before: Inventory,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<Inventory> {
  const { cdk, stage, settings, assembly } = scene;
  const keeps = settings['dataOnDestroy'] === 'keep';
  const guarded = await ofControllers(scene, keeps);
  await cdk.run('destroy', ['destroy', '--all', '--force', '--app', assembly], detail);
  if ((await stage.api.get(`/api/v1/namespaces/${names.namespace}`)) !== undefined) {
    throw new UserError(`namespace ${names.namespace} is still there`);
  }
  seen(`namespace ${names.namespace} is gone`);
  seen(`the teardown guard removed what no stack knows of: ${guarded.join(', ')}`);
  const left = difference(await inventory(stage.account, stage.python), before);
  const kept = keeps ? (left[KEPT] ?? []) : [];
  const forgotten = Object.entries(left).filter(([kind]) => !(keeps && kind === KEPT));
  if (forgotten.length > 0) {
    const lines = forgotten.map(([kind, ids]) => `${kind}: ${ids.join(', ')}`);
    throw new UserError(`left in the account:\n  ${lines.join('\n  ')}`);
  }
  if (keeps && kept.length === 0) throw new UserError('dataOnDestroy is keep, and no volume is left');
  seen(
    kept.length === 0
      ? 'nothing is left in the account but what bootstrap made'
      : `kept, as dataOnDestroy says: ${kept.map((id) => `volume ${id} (aws ec2 delete-volume --volume-id ${id})`).join(', ')}`,
  );
  return left;
}

/** What controllers made and will not remove, which is what the guard is for. It has to be there to be seen going. */
async function ofControllers({ stage }: Scene, keepVolumes: boolean): Promise<string[]> {
  const { all } = clusterLeftovers(
    { name: names.cluster, keepVolumes },
    clientsFor(clientSettings(stage.account)),
  );
  const found = await Promise.all(all.map(async (kind) => ({ kind, left: await kind.find() })));
  // The load balancer goes with its Ingress.
  const guarded = found.filter(({ kind }) => ['security group', 'volume'].includes(kind.name));
  for (const { kind, left } of guarded) {
    if (left.length === 0)
      throw new UserError(`there is no ${kind.name} of the cluster for the teardown guard to remove`);
  }
  return guarded.flatMap(({ kind, left }) => left.map(({ name }) => `${kind.name} ${name}`));
}

/** What is in the first and not in the second, by kind. */
export function difference(now: Inventory, before: Inventory): Record<string, string[]> {
  const left = Object.entries(now).map(
    ([kind, ids]) => [kind, ids.filter((id) => !(before[kind] ?? []).includes(id))] as const,
  );
  return Object.fromEntries(left.filter(([, ids]) => ids.length > 0));
}
