import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { everyProcess, identify } from '../process/process-id';
import { UserError } from '../terminal/user-error';
import { MARKER } from './place';

/** Every process that was started with this cluster's marker in its environment, other than this one. */
export function markedProcesses(id: string, proc = '/proc'): number[] {
  const marker = `${MARKER}=${id}`;
  return everyProcess(proc)
    .filter((pid) => pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`${proc}/${pid}/environ`, 'utf8').split('\0').includes(marker);
      } catch {
        return false; // It ended meanwhile.
      }
    });
}

/** Ends everything `find` finds, again and again until it finds nothing: a process may start another meanwhile. */
export async function endAll(find: () => readonly number[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const alive = find().filter((pid) => identify(pid));
    if (alive.length === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `processes ${alive.join(', ')} of the local cluster do not end; see ps -o pid,stat,args`,
      );
    }
    for (const pid of alive) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    await sleep(50);
  }
}

/** Changes with every boot, after which numbers of processes and start times begin anew. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
