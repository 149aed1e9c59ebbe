import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../installation/cache';
import { installationId } from '../installation/installation';
import { withLock } from '../process/lock';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { readBuildspec } from './buildspec';
import { BuildCache } from './cache';
import { runBuild, type BuildResult } from './run-build';
import { fetchCommit } from './source';

export interface CommitBuild {
  /** Git repository that has the commit. */
  readonly checkout: string;
  /** Its full id. */
  readonly commit: string;
  /** What stands above the buildspec's own variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folder for artifacts and reports; an earlier output in it is replaced, anything else refused. */
  readonly output: string;
  readonly log: string;
  readonly progress: Progress;
}

const FILE = 'buildspec.yml';

/**
 * Fetches a commit into a folder of its own and runs the buildspec.yml in it there, as CodeBuild does with the source
 * of a pipeline. One build of a repository at a time.
 * @throws UserError the commit has no buildspec, one that is not understood, or none of a variable's name
 */
export async function buildCommit(build: CommitBuild): Promise<BuildResult> {
  const { checkout, commit, progress } = build;
  const place = cacheDirectory('build', installationId(checkout));
  const waiting = (pid: number) => {
    progress.note(`Waiting for process ${pid}, which builds from this repository.`);
  };
  return withLock(`${place}.lock`, waiting, async () => {
    const source = join(place, 'source');
    await progress.step(`Fetch ${commit.slice(0, 12)}`, () => fetchCommit(checkout, commit, source));
    const file = join(source, FILE);
    if (!existsSync(file)) throw new UserError(`${commit} has no ${FILE}`, { exitCode: 2 });
    const spec = readBuildspec(readFileSync(file, 'utf8'));
    const known = Object.keys(spec.env.variables);
    const unknown = Object.keys(build.variables).filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new UserError(
        `--variable ${unknown.join(', ')} is none of the buildspec's; allowed: ${known.join(', ')}`,
        { exitCode: 2 },
      );
    }
    const cache = new BuildCache(join(place, 'cache'), spec.cache.paths);
    cache.restore(source);
    try {
      return await runBuild({ ...build, spec, source, environment: environment() });
    } finally {
      cache.keep(source);
      rmSync(source, { recursive: true, force: true });
    }
  });
}

/** This process's own, without what would speak of another build. */
function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CODEBUILD_'));
  return Object.fromEntries(own) as Record<string, string>;
}
