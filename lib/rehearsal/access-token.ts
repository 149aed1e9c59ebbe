import type { Stacks } from '../account/stacks';
import { names } from '../config/names';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import { commandLine } from './command-line';
import type { Stage } from './stage';

/** How the command line begins that the server's stack tells people to get a token with. */
const COMMAND = 'aws secretsmanager get-secret-value ';

/** A token that the server's `/v1` accepts, by the very command that the deployment tells people to use. */
export async function accessToken(stage: Stage, stacks: Stacks): Promise<string> {
  const outputs = Object.values(await stacks.outputs(names.stacks.server));
  const command = outputs.find((value) => value.startsWith(COMMAND));
  if (command === undefined) throw new UserError(`${names.stacks.server} has no output '${COMMAND}…'`);
  const token = await run('sh', ['-c', command], { env: await commandLine(stage) });
  if (token === '') throw new UserError(`'${command}' printed no token`);
  return token;
}
