import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ItemClient } from '../../lib/client/item-client';
import { names } from '../../lib/config/names';
import { accessToken } from '../../lib/rehearsal/access-token';
import { clientSettings, REGISTRY_HOST } from '../../lib/rehearsal/account';
import { commandLine } from '../../lib/rehearsal/command-line';
import { pushImage } from '../../lib/rehearsal/docker/push';
import { registryClient } from '../../lib/rehearsal/docker/registry-client';
import { DEPLOY } from '../../lib/rehearsal/scene';
import { rehearsalSettings } from '../../lib/rehearsal/settings';
import { ImageParameter } from '../../lib/server/first-image/image-parameter';
import { localTarget } from '../../lib/targets/local-target';
import { DEFAULT_KUBERNETES_VERSION } from '../../lib/config/kubernetes-version';
import { waitForRollout } from '../../lib/deploy/rollout';
import { setStage, type SetStage } from '../rehearsed/set-stage';
import { berthOf } from './berth';
import { releaseCases, type Place } from './cases';
import { releaseImages } from './images';

// Each pod drains for as long as a load balancer takes, so a roll takes three minutes.
const PATIENCE = 15 * 60_000;
jest.setTimeout(PATIENCE);
const checkout = join(__dirname, '..', '..');
const quiet = () => undefined;

let set: SetStage;
let place: Place;

beforeAll(async () => {
  set = await setStage(names.cluster);
  await deploy(set);
  place = await placeOn(set);
});

afterAll(() => set.leave());

async function deploy({ cdk, stage }: SetStage): Promise<void> {
  const assembly = await cdk.synth('synth', rehearsalSettings(DEFAULT_KUBERNETES_VERSION), quiet);
  await cdk.bootstrap(quiet);
  await cdk.run('deploy', [...DEPLOY, '--all', '--app', assembly], quiet);
  await waitForRollout(localTarget(stage.workspace.directory), 600, quiet);
}

/** The account as whoever releases in it sees it: by the credentials of a build, and by the load balancer's name. */
async function placeOn({ stage, stacks }: SetStage): Promise<Place> {
  const { account, cluster } = stage;
  const { Url: url = '', Image: before = '' } = await stacks.outputs(names.stacks.server);
  const token = await accessToken(stage, stacks);
  const env = await commandLine(stage);
  const { address, port } = cluster.frontDoor;
  const where = ['--on', 'account', '--front-door', `${address}:${port}`];
  const parameter = new ImageParameter(new SSMClient(clientSettings(account)), names.imageParameter);
  const applied = async () => (await stacks.outputs(names.stacks.server))['Image'] ?? '';
  const push = async (endpoint: string, archive: string, tag: string) => {
    const client = registryClient(endpoint, account.authority);
    return `${REGISTRY_HOST}/${names.repository}@${await pushImage(archive, names.repository, tag, client)}`;
  };
  return {
    before,
    target: localTarget(stage.workspace.directory),
    client: () => new ItemClient(cluster.frontDoor, new URL(url).host, token),
    berth: (args, killAt) => berthOf(checkout, [...args, ...where], killAt, env),
    images: await releaseImages(checkout, (archive, tag) => push(account.endpoint, archive, tag)),
    declared: async () => [(await parameter.read()) ?? '', await applied()],
    registry: {
      address: new URL(account.endpoint).host,
      absent: `${REGISTRY_HOST}/${names.repository}@sha256:${'0'.repeat(64)}`,
      pushBy: (way, archive, tag) => push(`https://${way}`, archive, tag),
      async has(tag) {
        const path = `/v2/${names.repository}/manifests/${tag}`;
        return (await registryClient(account.endpoint, account.authority)('HEAD', path)).status === 200;
      },
    },
    killedAt: [
      /✓ Looking/,
      // Between the parameter and the stack, and in the stack's update.
      async () => (await parameter.read()) === before,
      async () => (await stacks.status(names.stacks.server)).endsWith('_IN_PROGRESS'),
      /✓ Declaring/,
      /✓ Pod berth-2/,
    ],
  };
}

releaseCases(() => place);
