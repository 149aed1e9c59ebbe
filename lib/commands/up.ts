import { contract } from '../contract';
import { ItemClient, type FrontDoor } from '../client/item-client';
import { deploy } from '../deploy/deploy';
import { replicasToRun } from '../deploy/replicas';
import { buildImage, type BuiltImage } from '../image/build';
import { checkImage } from '../image/check';
import { changingPods } from '../installation/changing-pods';
import {
  readInstallation,
  removeInstallation,
  tokenFile,
  writeInstallation,
  writeToken,
} from '../installation/installation';
import { isInLocalRegistry } from '../local/registry';
import { minikubeProfile } from '../manifests/profiles/minikube';
import { evenWhenInterrupted, interrupted } from '../process/interrupt';
import { proveRoll, verdict, type RollProof } from '../proof/roll-proof';
import { assertNoReleaseUnderWay } from '../release/under-way';
import { chooseTarget } from '../targets/choose';
import type { Target } from '../targets/target';
import { terminalProgress, type Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { print, printJson } from './output';
import { prepare } from './prepare';
import { curlResolve, serviceUrl } from './service-url';
import { DEFAULT_HOST } from './settings';

export interface UpOptions {
  readonly on?: string;
  readonly nodes?: number;
  readonly image?: string;
  /** Members of the store. Default as many as run, else 1. */
  readonly replicas?: number;
  /** Host name of the Ingress. Default as it is installed, else DEFAULT_HOST. */
  readonly host?: string;
  readonly json?: boolean;
}

/** The whole way, from source to a server that was rolled and still has its data. Repeating it changes only what differs. */
export async function up(options: UpOptions): Promise<number> {
  const progress = terminalProgress();
  const target = await chosenTarget(options);
  return changingPods(checkout, () => bringUp(target, options, progress));
}

async function bringUp(target: Target, options: UpOptions, progress: Progress): Promise<number> {
  await prepare(target, options.image === undefined, progress);
  const built = options.image === undefined ? await builtImage(progress) : undefined;
  const image = options.image ?? built?.reference ?? '';
  const startedHere = await target.start(progress);
  try {
    if (built) await load(target, built, progress);
    const result = await install(target, { ...options, image }, progress);
    if (options.json) printJson(result);
    else print(describe(result, target));
    return result.proof.missing.length + result.proof.different.length === 0 ? 0 : 1;
  } catch (error) {
    // Ctrl-C leaves nothing running that this very command started; what ran before goes on.
    if (startedHere && interrupted().aborted) {
      await evenWhenInterrupted(async () => target.destroy?.(progress));
      removeInstallation(checkout);
    }
    throw error;
  }
}

/** Where to put it: as asked, else where it is already. Refuses what does not go together before anything is begun. */
async function chosenTarget({ on, nodes, image }: UpOptions): Promise<Target> {
  const there = readInstallation(checkout)?.target;
  const target = await chooseTarget({ on: on ?? there, checkout, nodes });
  const refuse = (why: string) => new UserError(why, { exitCode: 2 });
  if (there !== undefined && there !== target.name) {
    throw refuse(
      `--on ${target.name}: this checkout is installed on ${there}; allowed: --on ${there}, or 'bin/berth down' first`,
    );
  }
  if (nodes !== undefined && target.name !== 'local') {
    throw refuse(`--nodes ${nodes} is for the local Kubernetes; ${target.name} has the nodes it has`);
  }
  if (image === undefined && !target.loadImage) {
    throw refuse(
      `--on ${target.name}: its nodes pull images from a registry; push one and name it with --image REGISTRY/NAME:TAG`,
    );
  }
  if (image !== undefined && target.name === 'local' && !isInLocalRegistry(checkout, image)) {
    throw refuse(
      `--image ${image}: the local Kubernetes reaches no registry but its own; leave it out to build and load the image, or take what 'bin/berth push' prints`,
    );
  }
  return target;
}

/** Builds the image and checks it alone, before there is a cluster to run it on. */
async function builtImage(progress: Progress): Promise<BuiltImage> {
  const image = await buildImage({ checkout, progress });
  await checkImage(image, progress);
  return image;
}

async function load(target: Target, image: BuiltImage, progress: Progress): Promise<void> {
  await progress.step(`Loading the image into ${target.name}`, async () =>
    target.loadImage?.(image.archive, image.reference),
  );
}

/** What `up --json` prints. */
export interface UpResult {
  readonly target: string;
  readonly url: string;
  readonly image: string;
  readonly tokenFile: string;
  readonly frontDoor: FrontDoor;
  readonly host: string;
  /** How to call kubectl on this cluster. */
  readonly kubectl: string;
  readonly proof: RollProof;
}

async function install(
  target: Target,
  options: UpOptions & { image: string },
  progress: Progress,
): Promise<UpResult> {
  const { image } = options;
  const host = options.host ?? readInstallation(checkout)?.host ?? DEFAULT_HOST;
  await assertNoReleaseUnderWay(target);
  // Written first: whatever happens from here on, `down` knows where to look.
  writeInstallation(checkout, { target: target.name, host, image });
  const replicas = await replicasToRun(target, options.replicas);
  const profile = minikubeProfile({ image, host, replicas });
  const token = await deploy(target, profile, progress);
  writeToken(checkout, token);
  const frontDoor = await target.frontDoor();
  const client = new ItemClient(frontDoor, host, token);
  try {
    const proof = await proveRoll(target, client, progress);
    const url = serviceUrl(host, frontDoor);
    const kubectl = target.kubectlHint;
    return {
      target: target.name,
      url,
      image,
      tokenFile: tokenFile(checkout),
      frontDoor,
      host,
      kubectl,
      proof,
    };
  } finally {
    await client.close();
  }
}

function describe(result: UpResult, target: Target): string {
  const items = `${result.url}${contract.paths.items}`;
  const bearer = `-H "Authorization: Bearer $(cat ${result.tokenFile})"`;
  return [
    '',
    verdict(result.proof),
    '',
    `  URL         ${items}`,
    `  try it      curl ${curlResolve(result.host, result.frontDoor)}${bearer} '${items}?limit=3'`,
    `  kubectl     ${target.kubectlHint} --namespace ${contract.name} get pods`,
    '  roll again  bin/berth roll',
    '  stop        bin/berth down',
  ].join('\n');
}
