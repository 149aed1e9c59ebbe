import { rmSync } from 'node:fs';
import { run, succeeds } from '../process/run';
import { UserError } from '../terminal/user-error';

/**
 * The full id of a commit.
 * @param revision as git has them: a branch, a tag, HEAD, the beginning of an id
 * @throws UserError there is no git repository, or no such commit in it
 */
export async function resolveCommit(checkout: string, revision: string): Promise<string> {
  const cwd = { cwd: checkout };
  if (!(await succeeds('git', ['rev-parse', '--git-dir'], cwd))) {
    throw new UserError(
      `a build is of a commit, and ${checkout} is no git repository\n  fix: git init && git add . && git commit`,
      { exitCode: 2 },
    );
  }
  const named = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  return run('git', named, cwd).catch((error: unknown) => {
    throw new UserError(
      `'${revision}' names no commit of this repository; allowed: what git rev-parse takes, such as HEAD or a branch`,
      { exitCode: 2, cause: error },
    );
  });
}

/** Files that are changed or new and so no part of any commit. */
export async function uncommitted(checkout: string): Promise<string[]> {
  const status = await run('git', ['status', '--porcelain', '--untracked-files=normal'], { cwd: checkout });
  return status.split('\n').filter((line) => line !== '');
}

/** Puts a commit into a folder, with its history, as CodeBuild fetches it. */
export async function fetchCommit(checkout: string, commit: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await run('git', ['clone', '--quiet', '--no-checkout', checkout, folder]);
  await run('git', ['checkout', '--quiet', '--detach', commit], { cwd: folder });
}
