import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../../lib/installation/cache';

/**
 * The directory with the Python packages of one of the requirements files here, for PYTHONPATH.
 * Installed once for each version of that file, in the cache that all checkouts share.
 */
export function pythonTools(file = 'requirements.txt'): string {
  const requirements = join(__dirname, file);
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const target = cacheDirectory(`python-tools-${key}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(cacheDirectory(), { recursive: true });
  const install = ['-m', 'pip', 'install', '--quiet', '--target', partial, '--requirement', requirements];
  execFileSync('python3', install, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    renameSync(partial, target);
  } catch {
    rmSync(partial, { recursive: true }); // Another test file was faster.
  }
  return target;
}
