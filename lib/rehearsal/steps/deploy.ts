import { names } from '../../config/names';
import { UserError } from '../../terminal/user-error';
import { DEPLOY, type Deployed, type Scene } from '../scene';
import { RehearsedServer } from '../server';
import { accessToken } from '../access-token';

/** Deploys everything, and writes through the Ingress what later steps must find again. */
export async function deploy(
  scene: Scene,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<Deployed> {
  const { cdk, stacks, stage, assembly } = scene;
  await cdk.run('deploy', [...DEPLOY, '--all', '--app', assembly], detail);
  const { Url: url } = await stacks.outputs(names.stacks.server);
  if (url === undefined) throw new UserError(`${names.stacks.server} has no output Url`);
  const server = new RehearsedServer(stage, await accessToken(stage, stacks));
  const pods = await server.untilRolledOut(detail);
  seen(`${pods.length} pods run ${pods[0]?.image ?? ''}`);
  const host = new URL(url).host;
  const items = await server.write(host);
  seen(`${items.length} items written and read back through ${url}`);
  return { server, host, items };
}
