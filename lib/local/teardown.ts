import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run';
import { processesInCgroups, removeCgroups } from './cgroups';
import { recordedDaemons, isRunning } from './daemon';
import { removeNetwork } from './network';
import { STATE_ROOT, type Place } from './place';
import { bootId, endAll, markedProcesses } from './processes';

/**
 * Removes whatever there is of a cluster, however far it came and however it ended.
 *
 * Its processes are found three ways, none of which finds all: by record (not one that was started in the moment
 * the command was killed), by the marker in their environment (not the containers), by cgroup (only containers).
 * They are given no time to end by themselves, as what they could still save is removed with them.
 * @param keep what stays of the state directory for a person to read, until the next start
 */
export async function tearDown(place: Place, keep: readonly string[] = []): Promise<void> {
  const boot = bootId();
  await endAll(() => [
    ...recordedDaemons(place)
      .filter((daemon) => isRunning(daemon, boot))
      .map(({ pid }) => pid),
    ...markedProcesses(place.id),
    ...processesInCgroups(place),
  ]);
  await unmountBelow(place.state);
  await removeNetwork(place);
  await removeCgroups(place);
  if (!existsSync(place.state)) return;
  for (const name of readdirSync(place.state).filter((entry) => !keep.includes(entry))) {
    rmSync(join(place.state, name), { recursive: true });
  }
  removeIfEmpty(place.state);
}

/** Removes the directory of every cluster's state after the last one. */
export function removeStateRoot(): void {
  removeIfEmpty(STATE_ROOT);
}

/** The nodes' mounts have ended with their processes; this is for what a person mounted, which must not be deleted. */
async function unmountBelow(directory: string): Promise<void> {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of mounted.reverse()) await run('umount', ['--lazy', path]);
}

function removeIfEmpty(directory: string): void {
  if (!existsSync(directory)) return;
  try {
    rmdirSync(directory);
  } catch {
    // Something is kept in it: logs, or another checkout's cluster.
  }
}
