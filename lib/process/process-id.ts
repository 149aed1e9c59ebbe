import { existsSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that is not taken for a later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot; empty where there is no /proc to tell, as on macOS. */
  readonly start: string;
}

/** The process of this number, unless it has ended; one that only waits for its parent to notice has. */
export function identify(pid: number, proc = '/proc'): ProcessId | undefined {
  if (!existsSync(`${proc}/self`) && proc === '/proc')
    return answersSignals(pid) ? { pid, start: '' } : undefined;
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    // The second field is the command's name in parentheses and may itself contain any of these characters.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const start = fields[18];
    return state === 'Z' || state === 'X' || start === undefined ? undefined : { pid, start };
  } catch {
    return undefined;
  }
}

export function isAlive(process: ProcessId, proc = '/proc'): boolean {
  return identify(process.pid, proc)?.start === process.start;
}

/**
 * Tells where numbers of processes mean the same as here: this boot of this machine, and this container on it.
 * Undefined where there is no /proc to tell, as on macOS.
 */
export function processNamespace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // Somebody else's, but there.
  }
}
