import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyProcess } from '../process/process-id';
import { UserError } from '../terminal/user-error';
import { processesInCgroups } from './cgroups';
import { existingCredentials } from './control-plane';
import { forgetDaemons, isRunning, recordedDaemons, type Daemon } from './daemon';
import { stateOf, type LocalCluster } from './local-cluster';
import { enforcesNetworkPolicies, startNetworkPolicies } from './network-policies';
import { connectNode, disconnectNode } from './node-link';
import { startContainerd, startKubelet, startProxy } from './node';
import { nodeDirectory, type Place } from './place';
import { bootId, endAll } from './processes';
import type { ClusterState } from './state';
import { NETWORK_POLICIES } from './system/network-policies';

const daemonsOf = (n: number): string[] =>
  ['containerd', 'kubelet', 'kube-proxy', NETWORK_POLICIES].map((name) => `${name}-${n}`);

/**
 * Ends everything on a node at once and cuts it off, as a loss of power does. Its disk stays.
 * The cluster counts as whole without it; `bin/berth up` starts it again if nobody else does.
 * @throws UserError node 1, on which the control plane runs
 */
export async function stopNode(cluster: LocalCluster, n: number): Promise<void> {
  if (n === 1) throw new UserError('node-1 runs the control plane, and cannot be stopped; allowed: others');
  const { place } = stateOf(cluster);
  const daemons = runningOn(place, n);
  writeStopped(place, [...new Set([...readStopped(place), n])]);
  forgetDaemons(place, daemonsOf(n));
  await disconnectNode(cluster, n);
  await endOn(place, n, daemons);
}

/** Starts a node that was stopped, with what is on its disk. One that runs is left alone. */
export async function startNode(cluster: LocalCluster, n: number): Promise<void> {
  const { place, state } = stateOf(cluster);
  if (readStopped(place).includes(n)) await start(place, state, n);
  await connectNode(cluster, n);
}

/** Starts and connects whatever a command that was killed left stopped or cut off. */
export async function restoreNodes(place: Place, state: ClusterState): Promise<void> {
  for (const n of readStopped(place)) await start(place, state, n);
  for (let n = 1; n <= state.nodes; n += 1) await connectNode(place, n);
}

async function start(place: Place, state: ClusterState, n: number): Promise<void> {
  const rising = { place, parts: state.parts, net: state.net, boot: bootId() };
  // Started in part: begun again.
  await endOn(place, n, runningOn(place, n));
  forgetDaemons(place, daemonsOf(n));
  // As after a boot: nothing in /run is true any more.
  const run = join(nodeDirectory(place, n), 'run');
  for (const name of readdirSync(run)) rmSync(join(run, name), { recursive: true, force: true });
  await connectNode(place, n);
  const containerd = await startContainerd(rising, n);
  startKubelet(rising, existingCredentials(place, state.nodes), containerd, n);
  startProxy(rising, n);
  if (enforcesNetworkPolicies(place)) startNetworkPolicies(rising, n);
  writeStopped(
    place,
    readStopped(place).filter((other) => other !== n),
  );
}

function runningOn(place: Place, n: number): Daemon[] {
  const names = daemonsOf(n);
  return recordedDaemons(place).filter(
    (daemon) => names.includes(daemon.name) && isRunning(daemon, bootId()),
  );
}

/** Ends a node's daemons and all that they started. */
async function endOn(place: Place, n: number, daemons: readonly Daemon[]): Promise<void> {
  const containerd = daemons.find(({ name }) => name === `containerd-${n}`);
  const mounts = containerd && mountNamespace(containerd.pid);
  await endAll(() => [
    ...daemons.map(({ pid }) => pid),
    // This machine's own where it was killed before it had some: what has those is not the node's.
    ...(mounts === undefined || mounts === mountNamespace(process.pid) ? [] : processesIn(mounts)),
    ...processesInCgroups(place, undefined, n),
  ]);
}

function mountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** containerd, the kubelet and the containers' shims share the node's own mounts, which nobody else does. */
function processesIn(mounts: string): number[] {
  return everyProcess().filter((pid) => mountNamespace(pid) === mounts);
}

const stoppedFile = (place: Place): string => join(place.state, 'stopped-nodes');

function readStopped(place: Place): number[] {
  const file = stoppedFile(place);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as number[]) : [];
}

function writeStopped(place: Place, nodes: readonly number[]): void {
  if (nodes.length === 0) rmSync(stoppedFile(place), { force: true });
  else writeFileSync(stoppedFile(place), JSON.stringify(nodes));
}
