import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run';
import { withLock } from '../process/lock';
import type { Progress } from '../terminal/progress';
import { GO_ENVIRONMENT, goVersion } from './go-toolchain';
import { buildArguments, partKey, PARTS, PARTS_SOURCE, partsCache, type Part } from './parts';

/** The directory of each part's binaries, by the part's name. */
export type BuiltParts = Readonly<Record<string, string>>;

interface Build {
  readonly part: Part;
  readonly directory: string;
}

/** Where each part's binaries are, or would be once built. */
export async function locateParts(wanted: readonly Part[] = PARTS): Promise<BuiltParts> {
  // Modules may ask for different versions of Go, which the go command then fetches.
  const located = wanted.map(async (part) => {
    const go = await goVersion(join(PARTS_SOURCE, part.name));
    return [part.name, join(partsCache(), `${part.name}-${partKey(part, go)}`)] as const;
  });
  return Object.fromEntries(await Promise.all(located));
}

/** Builds what this machine does not have yet. */
export async function buildParts(progress: Progress, wanted: readonly Part[] = PARTS): Promise<BuiltParts> {
  const located = await locateParts(wanted);
  const missing = () =>
    wanted
      .map((part) => ({ part, directory: located[part.name] ?? '' }))
      .filter((build) => !existsSync(build.directory));
  if (missing().length === 0) return located;
  await progress.step('Building the parts of the local Kubernetes, once on this machine', (detail) =>
    withLock(
      join(partsCache(), 'lock'),
      (pid) => {
        detail(`waiting for process ${pid}, which builds them`);
      },
      () => buildAll(missing(), detail),
    ),
  );
  return located;
}

/**
 * One after the other, as a build by itself keeps every processor busy; two that run at once would both compile
 * what they share. Fetching waits for the network and not for processors, so that is done for all at once before.
 */
async function buildAll(builds: readonly Build[], detail: (text: string) => void): Promise<void> {
  removeUnfinished();
  detail('fetching sources');
  const packages = await Promise.all(builds.map(({ part }) => countPackages(part)));
  const total = packages.reduce((sum, count) => sum + count, 0);
  const started = Date.now();
  let before = 0;
  for (const [i, build] of builds.entries()) {
    const title = `${build.part.name}, ${i + 1} of ${builds.length}`;
    const tell = (compiled: number) => {
      detail(`${title}${timeLeft(started, before + compiled, total)}`);
    };
    tell(0);
    await buildPart(build, tell);
    before += packages[i] ?? 0;
  }
  detail(`${builds.length} of ${builds.length}`);
}

/** What builds left that were killed; called under the lock, so none of them is still at work. */
function removeUnfinished(): void {
  for (const name of readdirSync(partsCache())) {
    if (/-[0-9a-f]{16}\./.test(name)) rmSync(join(partsCache(), name), { recursive: true });
  }
}

async function countPackages(part: Part): Promise<number> {
  const options = { cwd: join(PARTS_SOURCE, part.name), env: GO_ENVIRONMENT };
  return (await run('go', ['list', '-deps', part.target], options)).split('\n').length;
}

async function buildPart({ part, directory }: Build, tell: (compiled: number) => void): Promise<void> {
  const unfinished = mkdtempSync(`${directory}.`);
  try {
    let compiled = 0;
    await run('go', ['build', '-v', ...buildArguments(part), '-o', `${unfinished}/`, part.target], {
      cwd: join(PARTS_SOURCE, part.name),
      env: GO_ENVIRONMENT,
      onLine: () => {
        compiled += 1;
        tell(compiled);
      },
    });
    for (const link of part.links ?? []) symlinkSync(part.name, join(unfinished, link));
    // Renamed when whole: what an interrupted build leaves is never taken for a part.
    renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Packages that Go has compiled before go by at once, so this is seldom too little. */
function timeLeft(started: number, done: number, total: number): string {
  const seconds = (Date.now() - started) / 1000;
  if (seconds < 20) return '';
  const left = Math.ceil(((seconds / Math.max(1, done)) * (total - done)) / 60);
  return left > 1 ? `, about ${left} min left` : ', about a minute left';
}
