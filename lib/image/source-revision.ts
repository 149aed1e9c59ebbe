import { run, succeeds } from '../process/run';

/**
 * The commit the image of this checkout would be built from; undefined when what is built differs from what is
 * committed, or there is no git.
 * @param environment CodeBuild names the commit it has fetched; its sources may come without .git
 */
export async function commitOf(
  checkout: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const resolved = environment['CODEBUILD_RESOLVED_SOURCE_VERSION'];
  if (resolved !== undefined && /^[0-9a-f]{40}$/.test(resolved)) return resolved;
  const cwd = { cwd: checkout };
  if (!(await succeeds('git', ['rev-parse', '--verify', 'HEAD'], cwd))) return undefined;
  const built = ['Dockerfile', '.dockerignore', 'package.json', 'server'];
  if ((await run('git', ['status', '--porcelain', '--', ...built], cwd)) !== '') return undefined;
  return run('git', ['rev-parse', 'HEAD'], cwd);
}
