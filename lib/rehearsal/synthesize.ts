import { join } from 'node:path';
import type { Cdk } from './cdk';
import { asArguments, type GivenSettings } from './settings';
import type { Workspace } from './workspace';

/**
 * `cdk synth` as a person would call it, for deployments that follow.
 * @param name of what is synthesized, and of its log
 * @returns directory of the synthesized app, for `--app`
 */
export async function synthesize(
  cdk: Cdk,
  workspace: Workspace,
  name: string,
  settings: GivenSettings,
  detail: (text: string) => void,
): Promise<string> {
  const output = join(workspace.run, `${name}.out`);
  await cdk.run(name, ['synth', '--quiet', '--output', output, ...asArguments(settings)], detail);
  return output;
}
