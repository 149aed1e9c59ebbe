import { readFileSync } from 'node:fs';
import { ItemClient } from '../client/item-client';
import { buildImage } from '../image/build';
import { checkImage } from '../image/check';
import { obstacleToPulling } from '../image/push';
import { tokenFile } from '../installation/installation';
import { declaredInInstallation } from '../release/declared-in-installation';
import { Journal, releaser, type ReleaseRecord } from '../release/journal';
import { pendingOf, release, type ReleasePlace, type ReleaseResult } from '../release/release';
import { terminalProgress, type Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { installed } from './installed';
import { print, printJson } from './output';
import { describeRecord } from './releases';

export interface ReleaseOptions {
  /** Where `up` has installed this checkout; given, it must be just that. */
  readonly on?: string;
  readonly commit?: string;
  readonly podSeconds: number;
  readonly json?: boolean;
}

/** Releases an image; without one goes on with what was interrupted, or on a laptop releases the source as it is. */
export async function releaseImage(image: string | undefined, options: ReleaseOptions): Promise<number> {
  const progress = terminalProgress();
  const result = await atPlace(options.on, async (place) => {
    const chosen = image ?? (await fromSource(place, progress));
    return release(place, { ...request(options), kind: 'release', image: chosen }, progress);
  });
  return tell(result, options);
}

/** Releases an image again that was released before; without one the image before the one that runs. */
export async function rollback(image: string | undefined, options: ReleaseOptions): Promise<number> {
  const progress = terminalProgress();
  const result = await atPlace(options.on, async (place) => {
    const records = await Journal.read(place.cluster);
    const pending = pendingOf(records);
    const chosen = rollbackOver(pending, image) ?? rolledBackTo(records, image);
    return release(place, { ...request(options), kind: 'rollback', image: chosen }, progress);
  });
  return tell(result, options);
}

/**
 * What a rollback means while another release is half done: to take that back. One that is itself a rollback is gone
 * on with.
 */
function rollbackOver(pending: ReleaseRecord | undefined, image: string | undefined): string | undefined {
  if (pending?.outcome !== 'rolling' || image !== undefined) return undefined;
  return pending.kind === 'rollback' ? pending.image : pending.previous;
}

/** The image of the history that is meant. */
function rolledBackTo(records: readonly ReleaseRecord[], image: string | undefined): string {
  const released = records.filter(({ outcome }) => outcome === 'released');
  const known = [...new Set(released.flatMap((record) => [record.previous, record.image]))];
  if (image === undefined) {
    const last = released.at(-1);
    if (last) return last.previous;
    throw new UserError('there is no release to go back from; name an image to release', { exitCode: 2 });
  }
  const found = known.find((one) => one === image || one.endsWith(`@${image}`));
  if (found !== undefined) return found;
  throw new UserError(
    `'${image}' was never released here; allowed: ${known.join(', ') || '(nothing yet)'}\n  fix: 'bin/berth release' takes any image`,
    { exitCode: 2 },
  );
}

/** Builds what the source says and puts it into the nodes, where they take images without a registry. */
async function fromSource(place: ReleasePlace, progress: Progress): Promise<string | undefined> {
  if (pendingOf(await Journal.read(place.cluster))) return undefined;
  const { target } = await installed();
  if (!target.loadImage) return undefined;
  const built = await buildImage({ checkout, progress });
  await checkImage(built, progress);
  await progress.step(`Loading the image into ${target.name}`, async () =>
    target.loadImage?.(built.archive, built.reference),
  );
  return built.reference;
}

function request({ commit, podSeconds }: ReleaseOptions) {
  return { by: releaser(), commit, podSeconds };
}

/** Does `work` where releases are made, and closes what was opened for it. */
export async function atPlace<T>(
  on: string | undefined,
  work: (place: ReleasePlace) => Promise<T>,
): Promise<T> {
  const { installation, target } = await installed();
  if (on !== undefined && on !== installation.target) {
    throw new UserError(
      `--on ${on}: this checkout is installed on ${installation.target}; allowed: ${installation.target}`,
      { exitCode: 2 },
    );
  }
  const token = readFileSync(tokenFile(checkout), 'utf8').trim();
  const { host } = installation;
  const service = new ItemClient(await target.frontDoor(), host, token);
  try {
    return await work({
      cluster: target,
      declaration: declaredInInstallation(target, checkout),
      credentials: { host, token },
      service,
      // Loaded into the nodes, an image is in no registry.
      obstacleToPulling: async (image) =>
        image.startsWith('localhost/') ? undefined : obstacleToPulling(image),
    });
  } finally {
    await service.close();
  }
}

function tell({ record }: ReleaseResult, { json }: ReleaseOptions): number {
  if (json) printJson({ changed: record !== undefined, ...record });
  else print(record ? describeRecord(record) : 'nothing to do: this image runs already');
  return 0;
}
