import { isDeepStrictEqual } from 'node:util';
import { names } from '../../config/names';
import { contract } from '../../contract';
import { CommandFailed } from '../../process/run';
import { UserError } from '../../terminal/user-error';
import { DEPLOY, type Deployed, type Scene } from '../scene';
import type { GivenSettings } from '../settings';

/**
 * Settings that look right and that no cluster takes: volumes of another size, which the set's immutable claim
 * templates do not allow. The Ingress is changed with it, so that there is something to take back: it comes before the
 * set.
 */
export function refused(settings: GivenSettings): GivenSettings {
  const { volumeGib = '8' } = settings;
  return { ...settings, volumeGib: String(Number(volumeGib) + 1), clientCidrs: '198.51.100.0/24' };
}

/**
 * Nothing of what ran may be touched, and what was applied before the refusal must be as it was.
 * @param assembly directory of the app with the settings of `refused`
 */
export async function refuse(
  scene: Scene,
  { server, host, items }: Deployed,
  assembly: string,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<void> {
  const { cdk, stacks } = scene;
  const before = await server.running();
  const ingress = await admitted(server);
  try {
    await cdk.run('refuse', [...DEPLOY, names.stacks.server, '--exclusively', '--app', assembly], detail);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    await assertRefused(stacks.reasonOfFailure(names.stacks.server), seen);
    const status = await stacks.status(names.stacks.server);
    if (status !== 'UPDATE_ROLLBACK_COMPLETE') throw new UserError(`${names.stacks.server} is ${status}`);
    if ((await admitted(server)) !== ingress) throw new UserError('the Ingress was not put back as it was');
    const after = await server.running();
    if (!isDeepStrictEqual(before, after))
      throw new UserError('pods were touched by a change that was refused');
    seen(`${status}: the Ingress is as it was, ${after.length} pods were not touched`);
    seen(`${await server.assertKept(host, items)} of ${items.length} items unchanged`);
    return;
  }
  throw new UserError('the size of volumes was changed and nothing refused it');
}

async function assertRefused(reason: Promise<string>, seen: (text: string) => void): Promise<void> {
  // What kubectl says comes through Python's repr and JSON, each of which puts backslashes before quotes.
  const why = (await reason).replaceAll('\\', '');
  if (!/StatefulSet.*(?:is invalid|Forbidden|forbidden)/s.test(why)) {
    throw new UserError(`the change failed, but not by the API server's refusal: ${why.slice(0, 300)}`);
  }
  seen(/updates to statefulset spec.*?are forbidden/s.exec(why)?.[0] ?? why.slice(0, 200));
}

/** The addresses that the load balancer is told to admit. */
function admitted(server: Deployed['server']): Promise<string> {
  const path = '{.metadata.annotations.alb\\.ingress\\.kubernetes\\.io/inbound-cidrs}';
  return server.kubectl(['get', 'ingress', contract.name, `--output=jsonpath=${path}`]);
}
