import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends a signal to a process that has a group of its own, and to all it started in it.
 * @param group number of that process; undefined, as of a child that could not be started, is nobody
 * @param signal 0 only asks
 * @returns whether there was anyone to send it to
 */
export function signalGroup(group: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (group === undefined) return false;
  try {
    return process.kill(-group, signal);
  } catch {
    return false; // All of it has ended.
  }
}

/**
 * Kills a process and all that descends from it: what it started may have groups of its own, as whatever `run` starts
 * has. Where there is no /proc to tell who descends from whom, as on macOS, that is its group alone.
 * @param root number of the process; undefined is nobody
 */
export function killTree(root: number | undefined): void {
  if (root === undefined) return;
  // Looked up before anything is killed: children of the dead are somebody else's.
  for (const pid of [root, ...descendants(root)]) {
    signalGroup(pid, 'SIGKILL');
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was in a group of those before, or ended by itself.
    }
  }
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found.slice(1);
}

function parents(): [pid: number, parent: number][] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const parent = parentOf(name);
        return parent === undefined ? [] : [[Number(name), parent] as [number, number]];
      });
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // It ended meanwhile.
  }
}
