import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

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
  const stat = statOf(pid, proc);
  return stat && stat.state !== 'Z' && stat.state !== 'X' ? { pid, start: stat.start } : undefined;
}

/** What proc(5) tells of a process, also of one that only waits for its parent to notice; undefined if there is none. */
export function statOf(
  pid: number,
  proc = '/proc',
): { readonly state: string; readonly parent: number; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    // The second field is the command's name in parentheses and may itself contain any of these characters.
    const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const start = fields[17];
    return state === undefined || start === undefined ? undefined : { state, parent: Number(parent), start };
  } catch {
    return undefined;
  }
}

/** The numbers of all processes there are; none where there is no /proc to tell, as on macOS. */
export function everyProcess(proc = '/proc'): number[] {
  if (!existsSync(proc)) return [];
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
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
