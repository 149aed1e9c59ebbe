import { names } from '../../config/names';
import { UserError } from '../../terminal/user-error';
import { inventory } from '../account';
import type { Scene } from '../rehearse';
import { asArguments } from '../settings';

/** Takes everything away, and looks whether that is so: in the cluster and in the account. */
export async function destroy(
  scene: Scene,
  before: Readonly<Record<string, readonly string[]>>,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<Record<string, string[]>> {
  const { cdk, stage, settings, assembly } = scene;
  await cdk.run(
    'destroy',
    ['destroy', '--all', '--force', '--output', assembly, ...asArguments(settings)],
    detail,
  );
  if ((await stage.api.get(`/api/v1/namespaces/${names.namespace}`)) !== undefined) {
    throw new UserError(`namespace ${names.namespace} is still there`);
  }
  seen(`namespace ${names.namespace} is gone`);
  const left = difference(await inventory(stage.account, stage.python), before);
  if (Object.keys(left).length > 0) {
    const lines = Object.entries(left).map(([kind, ids]) => `${kind}: ${ids.join(', ')}`);
    throw new UserError(`left in the account:\n  ${lines.join('\n  ')}`);
  }
  seen('nothing is left in the account but what bootstrap made');
  return left;
}

/** What is in the first and not in the second, by kind. */
export function difference(
  now: Readonly<Record<string, readonly string[]>>,
  before: Readonly<Record<string, readonly string[]>>,
): Record<string, string[]> {
  const left = Object.entries(now).map(
    ([kind, ids]) => [kind, ids.filter((id) => !(before[kind] ?? []).includes(id))] as const,
  );
  return Object.fromEntries(left.filter(([, ids]) => ids.length > 0));
}
