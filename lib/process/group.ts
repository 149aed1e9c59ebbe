import { everyProcess, statOf } from './process-id';

/**
 * Sends a signal to a process that has a group of its own, and to all it started in it.
 * @param group number of that process; undefined, as of a child that could not be started, is nobody
 * @param signal 0 only asks
 * @returns whether there was anyone to send it to
 */
export function signalGroup(group: number | undefined, signal: NodeJS.Signals | 0): boolean {
  return group !== undefined && send(-group, signal);
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
    send(pid, 'SIGKILL');
  }
}

function descendants(root: number): number[] {
  const all = everyProcess().map((pid) => ({ pid, parent: statOf(pid)?.parent }));
  const tree = [root];
  for (const one of tree) tree.push(...all.filter(({ parent }) => parent === one).map(({ pid }) => pid));
  return tree.slice(1);
}

function send(to: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(to, signal);
  } catch {
    return false; // All of it has ended.
  }
}
