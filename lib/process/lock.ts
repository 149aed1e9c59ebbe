import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted } from './interrupt';
import { identify, isAlive, type ProcessId } from './process-id';

/**
 * Does `work` while no other process on this machine holds the same lock file.
 * A file whose process has ended, however that came, is not a lock.
 * @param waiting is told once who has it; may throw, so as not to wait
 */
export async function withLock<T>(
  file: string,
  waiting: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  for (;;) {
    interrupted().throwIfAborted();
    const holder = take(file);
    if (!holder) break;
    if (!told) waiting(holder.pid);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Takes the lock, or tells who has it. */
function take(file: string): ProcessId | undefined {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    linkSync(mine, file); // Fails if there is one; and a lock is never seen without its content.
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = read(file);
    if (holder && isAlive(holder)) return holder;
    removeStale(file, `${mine}.stale`);
    return take(file);
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Two may find the same stale lock: while one removes it and takes its own, the other must not remove that. So it is
 * moved aside first, looked at again, and put back if it is somebody's.
 */
function removeStale(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // The other one was faster.
    throw error;
  }
  const holder = read(aside);
  if (holder && isAlive(holder)) linkSync(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}
