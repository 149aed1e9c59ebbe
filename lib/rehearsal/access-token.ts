import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Stacks } from '../account/stacks';
import { names } from '../config/names';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import { accountEnvironment } from './account';
import type { Stage } from './stage';

/** How the command line begins that the server's stack tells people to get a token with. */
const COMMAND = 'aws secretsmanager get-secret-value ';

/** A token that the server's `/v1` accepts, by the very command that the deployment tells people to use. */
export async function accessToken({ workspace, account, python }: Stage, stacks: Stacks): Promise<string> {
  const outputs = Object.values(await stacks.outputs(names.stacks.server));
  const command = outputs.find((value) => value.startsWith(COMMAND));
  if (command === undefined) throw new UserError(`${names.stacks.server} has no output '${COMMAND}…'`);
  const layer = join(workspace.run, 'awscli');
  if (!existsSync(layer)) {
    const archive = join(
      workspace.checkout,
      'node_modules',
      '@aws-cdk',
      'asset-awscli-v1',
      'lib',
      'layer.zip',
    );
    await run('python3', ['-m', 'zipfile', '-e', archive, layer]);
  }
  const env = {
    ...accountEnvironment(account),
    // The program there runs the AWS CLI of a Lambda's layers.
    PATH: `${workspace.bin}:${process.env['PATH'] ?? ''}`,
    _LAMBDA_LAYERS_DIRS: layer,
    REHEARSAL_RUN: workspace.run,
    PYTHONPATH: python,
  };
  const token = await run('sh', ['-c', command], { env });
  if (token === '') throw new UserError(`'${command}' printed no token`);
  return token;
}
