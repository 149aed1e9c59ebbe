import type { ChildProcess } from 'node:child_process';

/** Sends a signal to a child that has a process group of its own, and to all it started in it. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return; // It could not be started.
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended already.
  }
}
