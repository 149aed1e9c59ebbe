import { buildImage } from '../image/build';
import { checkImage } from '../image/check';
import { commitOf } from '../image/source-revision';
import { Journal, releaser } from '../release/journal';
import { pendingOf, release, Reverted, type ReleasePlace, type ReleaseResult } from '../release/release';
import { rolledBackTo } from '../release/rolled-back-to';
import { terminalProgress, type Progress } from '../terminal/progress';
import { describeTimeline, timed } from '../terminal/timeline';
import { checkout } from './checkout';
import { installed } from './installed';
import { print, printJson } from './output';
import { atPlace, type PlaceOptions } from './release-place';
import { describeRecord } from './releases';

export interface ReleaseOptions extends PlaceOptions {
  /** @default the commit that CodeBuild works on; none elsewhere */
  readonly commit?: string;
  readonly podSeconds: number;
  readonly json?: boolean;
}

/** Releases an image; without one goes on with what was interrupted, or on a laptop releases the source as it is. */
export async function releaseImage(image: string | undefined, options: ReleaseOptions): Promise<number> {
  return timedRelease(options, async (place, progress) => {
    const { commit, ...asked } = request(options);
    if (image !== undefined) return release(place, { ...asked, commit, kind: 'release', image }, progress);
    const built = await fromSource(place, options, progress);
    const source = built === undefined ? undefined : await commitOf(checkout);
    return release(place, { ...asked, commit: commit ?? source, kind: 'release', image: built }, progress);
  });
}

/** Releases an image again that was released before; without one the image before the one that runs. */
export async function rollback(image: string | undefined, options: ReleaseOptions): Promise<number> {
  return timedRelease(options, async (place, progress) => {
    const chosen = rolledBackTo(await Journal.read(place.cluster), image);
    return release(place, { ...request(options), kind: 'rollback', image: chosen }, progress);
  });
}

/** Builds what the source says and puts it into the nodes, where they take images without a registry. */
async function fromSource(
  { cluster }: ReleasePlace,
  { on }: PlaceOptions,
  progress: Progress,
): Promise<string | undefined> {
  if (on === 'account' || pendingOf(await Journal.read(cluster))) return undefined;
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
  return { by: releaser(), commit: commit ?? process.env['CODEBUILD_RESOLVED_SOURCE_VERSION'], podSeconds };
}

/**
 * Does it, and tells how it went and what took how long, from the start of the command. With `--json` what was taken
 * back is told as well, beside the reason on standard error.
 */
async function timedRelease(
  options: ReleaseOptions,
  work: (place: ReleasePlace, progress: Progress) => Promise<ReleaseResult>,
): Promise<number> {
  const { progress, steps } = timed(terminalProgress());
  const timing = () => ({ seconds: process.uptime(), steps });
  const { record } = await atPlace(options, (place) => work(place, progress)).catch((error: unknown) => {
    if (options.json && error instanceof Reverted)
      printJson({ changed: false, ...error.record, ...timing() });
    throw error;
  });
  const { seconds } = timing();
  if (options.json) printJson({ changed: record !== undefined, ...record, ...timing() });
  else if (record) print(`${describeRecord(record)}\n${describeTimeline(steps, seconds)}`);
  else print('nothing to do: this image runs already');
  return 0;
}
