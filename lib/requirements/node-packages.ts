import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../installation/cache';
import { run } from '../process/run';
import type { Progress } from '../terminal/progress';

const FILES = ['package.json', 'package-lock.json'];

/**
 * The node_modules with the packages that a folder's lock file pins, apart from this project's own.
 * Installed once for each version of that file, in the cache that all checkouts share.
 * @throws CommandFailed npm could not get them
 */
export async function nodePackages(folder: string, progress: Progress): Promise<string> {
  const key = createHash('sha256');
  for (const file of FILES) key.update(readFileSync(join(folder, file)));
  const target = cacheDirectory(`node-packages-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return join(target, 'node_modules');
  const partial = `${target}.${process.pid}`;
  return progress.step('Installing Node packages for Lambdas, once on this machine', async () => {
    try {
      mkdirSync(partial, { recursive: true });
      for (const file of FILES) copyFileSync(join(folder, file), join(partial, file));
      await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: partial });
      renameSync(partial, target);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
    return join(target, 'node_modules');
  });
}
