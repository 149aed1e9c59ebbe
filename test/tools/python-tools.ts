import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const requirements = join(__dirname, 'requirements.txt');

/**
 * The directory with the Python packages of requirements.txt, for PYTHONPATH.
 * Installed once for each version of that file, in the cache that all checkouts share.
 */
export function pythonTools(): string {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'berth');
  const target = join(cache, `python-tools-${key}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  const install = ['-m', 'pip', 'install', '--quiet', '--target', partial, '--requirement', requirements];
  execFileSync('python3', install, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    renameSync(partial, target);
  } catch {
    rmSync(partial, { recursive: true }); // Another test file was faster.
  }
  return target;
}
