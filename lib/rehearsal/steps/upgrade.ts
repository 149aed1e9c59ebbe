import { isDeepStrictEqual } from 'node:util';
import { names } from '../../config/names';
import { UserError } from '../../terminal/user-error';
import type { Deployed, Scene } from '../rehearse';
import { asArguments } from '../settings';
import { replacements, updatedTypes, upgradeProblems } from '../upgrade-order';
import { DEPLOY } from './deploy';

/** The next version of Kubernetes: what `cdk diff` plans replaces nothing, and nodes come after the control plane. */
export async function upgrade(
  scene: Scene,
  { server, host, items }: Deployed,
  version: string,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<void> {
  const { cdk, stacks, stage, settings } = scene;
  const before = await server.running();
  const output = `${stage.workspace.run}/cdk.out.upgraded`;
  const given = asArguments({ ...settings, kubernetesVersion: version });
  const plan = await cdk.run('upgrade', ['diff', '--all', '--output', output, ...given], detail);
  const replaced = replacements(plan);
  if (replaced.length > 0) throw new UserError(`the upgrade would replace ${replaced.join(', ')}`);
  seen('cdk diff plans no replacement');
  await cdk.run('upgrade', [...DEPLOY, '--all', '--app', output], detail);
  const events = await stacks.lastUpdate(names.stacks.platform);
  const problems = upgradeProblems(events);
  if (problems.length > 0) throw new UserError(`the upgrade went in the wrong order: ${problems.join('; ')}`);
  seen(`updated in this order: ${updatedTypes(events).join(', ')}`);
  const after = await server.running();
  if (!isDeepStrictEqual(before, after)) throw new UserError('pods were touched by the upgrade itself');
  seen(
    `${await server.assertKept(host, items)} of ${items.length} items unchanged, ${after.length} pods not touched`,
  );
}
