import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cacheDirectory } from '../installation/cache';
import { run } from '../process/run';
import type { Progress } from '../terminal/progress';

/**
 * The directory with the Python packages of a requirements file that pins all of them, for PYTHONPATH.
 * Installed once for each version of that file, in the cache that all checkouts share.
 * @throws CommandFailed pip could not get them
 */
export async function pythonPackages(requirements: string, progress: Progress): Promise<string> {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const target = cacheDirectory(`python-packages-${key}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(cacheDirectory(), { recursive: true });
  return progress.step('Installing Python packages, once on this machine', async () => {
    try {
      const options = ['--quiet', '--no-deps', '--target', partial, '--requirement', requirements];
      await run('python3', ['-m', 'pip', 'install', ...options]);
      renameSync(partial, target);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
    return target;
  });
}
