import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { evenWhenInterrupted, interrupted } from '../process/interrupt';
import { withLock } from '../process/lock';
import type { Progress } from '../terminal/progress';
import { messageOf, UserError } from '../terminal/user-error';
import { inspectArchive } from './archive';
import { baseImageOf, mayReach, type BaseImage } from './base-image';
import type { Builder, Reporting } from './builder';
import { cacheDirectory } from '../installation/cache';
import { chooseBuilder } from './choose-builder';
import { findImage, keepImage } from './image-cache';
import { imageKey, projectVersion, sourceHash, thisArchitecture, type Architecture } from './source';
import { makeStandIn } from './stand-in';

export interface BuiltImage {
  /** `localhost/berth:` and twelve hex digits that follow from all the image is built from. */
  readonly reference: string;
  /** A docker-archive that holds the image under `reference`. */
  readonly archive: string;
  /** Digest of the image's configuration, which docker calls the image ID; covers every layer. */
  readonly digest?: string;
  /** Built with this machine's toolchain, as the base image could not be had. The image is the same. */
  readonly standIn: boolean;
  /** Found as built before. */
  readonly cached: boolean;
}

export interface BuildOptions {
  /** Folder with Dockerfile, .dockerignore, package.json and server/. */
  readonly checkout: string;
  /** @default the one of this machine */
  readonly architecture?: Architecture;
  readonly progress: Progress;
  /** What the server reports as its version. @default the version in package.json */
  readonly version?: string;
}

/**
 * The server's image, from the source as it is now. An image of the same source, architecture and version that was
 * built before is returned at once.
 * @throws UserError no builder works, or the base image cannot be had and nothing can stand in for it
 * @throws CommandFailed the build failed, for example as the source does not compile
 */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const version = options.version ?? projectVersion(options.checkout);
  const architecture = options.architecture ?? thisArchitecture();
  const revision = sourceHash(options.checkout);
  const key = imageKey(revision, architecture, version);
  const before = findImage(key);
  if (before) return { ...before, cached: true };

  const waiting = (pid: number) => {
    options.progress.note(`Waiting for process ${pid}, which builds the image.`);
  };
  return withLock(cacheDirectory('image.lock'), waiting, async () => {
    const meanwhile = findImage(key);
    if (meanwhile) return { ...meanwhile, cached: true };
    await build({ ...options, version, architecture, revision, key });
    const built = findImage(key);
    if (!built) throw new Error(`the image ${key} was built and is not in the cache`);
    return { ...built, cached: false };
  });
}

interface Build extends Required<BuildOptions> {
  readonly revision: string;
  readonly key: string;
}

async function build(wanted: Build): Promise<void> {
  const builder = await chooseBuilder();
  const base = baseImageOf(readFileSync(join(wanted.checkout, 'Dockerfile'), 'utf8'));
  const reference = `localhost/berth:${wanted.key}`;
  const log = cacheDirectory('logs', 'image.log');
  rmSync(log, { force: true });
  const standIn = await provideBase(base, builder, wanted.progress, log);
  await wanted.progress.step(`Build the image with ${builder.name}`, async (detail) => {
    try {
      await builder.build(
        {
          context: wanted.checkout,
          reference,
          platform: `linux/${wanted.architecture}`,
          arguments: {
            VERSION: wanted.version,
            REVISION: wanted.revision,
            ...(process.env['GOPROXY'] ? { GOPROXY: process.env['GOPROXY'] } : {}),
          },
          ...(standIn === undefined ? {} : { substitute: { image: base.reference, by: standIn } }),
        },
        { log, onLine: detail },
      );
      if (sourceHash(wanted.checkout) !== wanted.revision) {
        throw new UserError(
          'the source changed while the image was built from it\n  fix: run the command again',
        );
      }
      await keepImage(wanted.key, async (archive) => {
        await builder.save(reference, archive);
        return { reference, digest: (await inspectArchive(archive)).digest, standIn: standIn !== undefined };
      });
    } finally {
      await evenWhenInterrupted(async () => {
        await builder.remove(reference);
        await builder.tidy();
      });
    }
    detail(reference);
  });
}

/** Sees to it that the build has its base image. @returns the name of the stand-in, or undefined for the real one */
async function provideBase(
  base: BaseImage,
  builder: Builder,
  progress: Progress,
  log: string,
): Promise<string | undefined> {
  if (await builder.has(base.reference)) return undefined;
  const reporting = (onLine: (line: string) => void): Reporting => ({ log, onLine });
  let reason = `${base.registry} cannot be reached`;
  if (await mayReach(base.registry)) {
    try {
      await progress.step(`Fetch ${base.reference}`, (detail) =>
        builder.pull(base.reference, reporting(detail)),
      );
      return undefined;
    } catch (error) {
      interrupted().throwIfAborted();
      reason = messageOf(error).split('\n')[0] ?? reason;
    }
  }
  progress.note(
    `Base image replaced by this machine's Go ${base.goVersion}, which builds the same: ${reason}`,
  );
  return progress.step('Make the stand-in for the base image', async (detail) => {
    const standIn = await makeStandIn(base, builder, reporting(detail));
    detail(standIn);
    return standIn;
  });
}
