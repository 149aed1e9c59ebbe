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
