import { buildImage } from '../image/build';
import { checkWhereItRuns } from '../image/check';
import { pushImage } from '../image/push';
import { imageRequirements } from '../image/requirements';
import { commitOf } from '../image/source-revision';
import { thisArchitecture, type Architecture } from '../image/source';
import { readInstallation } from '../installation/installation';
import { startRegistry } from '../local/registry';
import { contract } from '../contract';
import { installMissing } from '../requirements/install';
import { terminalProgress, type Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { parseDestination, parseTag } from '../image/destination';
import { checkout } from './checkout';
import { print, printJson } from './output';

export interface PushOptions {
  /** @default the commit, or where what is built is not committed a name made from the content */
  readonly tag?: string;
  readonly architecture?: Architecture;
  readonly json?: boolean;
}

/** Builds the image, checks it and pushes it; prints its name by digest, as `release` takes it. */
export async function push(to: string | undefined, options: PushOptions): Promise<number> {
  if (to !== undefined) parseDestination(to);
  if (options.tag !== undefined) parseTag(options.tag);
  const progress = terminalProgress();
  const destination = to ?? (await localDestination('push', progress));
  await installMissing(await imageRequirements(), progress);
  const { architecture = thisArchitecture() } = options;
  const built = await buildImage({ checkout, progress, architecture });
  await checkWhereItRuns(built, architecture, progress);
  const tag =
    options.tag ?? (await commitOf(checkout)) ?? `source-${built.reference.split(':').at(-1) ?? ''}`;
  const pushed = await pushImage(built, destination, tag, progress);
  if (options.json) printJson(pushed);
  else print(pushed.image);
  return 0;
}

/** The registry beside the local Kubernetes, where this checkout is installed there. */
export async function localDestination(command: 'push' | 'build', progress: Progress): Promise<string> {
  if (readInstallation(checkout)?.target !== 'local') {
    throw new UserError(
      `where to? name a repository: bin/berth ${command} REGISTRY/NAME, such as ttl.sh/berth-example`,
      { exitCode: 2 },
    );
  }
  return `${await startRegistry(checkout, progress)}/${contract.name}`;
}
