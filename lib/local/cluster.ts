import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { evenWhenInterrupted, Interrupted, interrupted } from '../process/interrupt';
import { withLock } from '../process/lock';
import { waitFor } from '../process/wait';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { bringUp } from './bring-up';
import { locateParts } from './build-parts';
import { program, START_ANEW, type Rising } from './control-plane';
import { isRunning, recordedDaemons } from './daemon';
import { apiIsReady } from './health';
import { importImage } from './load-image';
import { describeCluster, stateOf, type LocalCluster } from './local-cluster';
import { containerdSocket } from './node';
import { restoreNodes } from './node-power';
import { lockFile, placeOf, type Place } from './place';
import { bootId } from './processes';
import { assertRequirements } from './requirements';
import { anythingLeft, readState, type ClusterState } from './state';
import { removeStateRoot, tearDown } from './teardown';

export interface LocalOptions {
  readonly checkout: string;
  /** 1 to 3. */
  readonly nodes: number;
  readonly progress: Progress;
}

/** Starts the checkout's cluster, or returns it at once if it runs; `started` tells which. */
export async function startLocal({
  checkout,
  nodes,
  progress,
}: LocalOptions): Promise<{ cluster: LocalCluster; started: boolean }> {
  if (![1, 2, 3].includes(nodes)) {
    throw new UserError(`a local Kubernetes has 1, 2 or 3 nodes, not ${nodes}`, { exitCode: 2 });
  }
  assertRequirements();
  const place = placeOf(checkout);
  return alone(place, progress, async () => {
    const running = runningState(place);
    if (running) {
      await untilAnswering(place, running);
      return { cluster: await reuse(place, running, nodes), started: false };
    }
    if (await anythingLeft(place)) await removeLeftovers(place, progress);
    try {
      return { cluster: describeCluster(place, await bringUp(place, nodes, progress)), started: true };
    } catch (error) {
      await evenWhenInterrupted(() =>
        progress.step('Removing what was started', () =>
          tearDown(place, error instanceof Interrupted ? [] : ['log']),
        ),
      );
      throw error;
    }
  });
}

/** The checkout's cluster, if it runs and answers. */
export async function findLocal(checkout: string): Promise<LocalCluster | undefined> {
  const place = placeOf(checkout);
  const state = await healthyState(place);
  return state && describeCluster(place, state);
}

/** Removes the checkout's cluster with its volumes; false if there was nothing to remove. */
export async function stopLocal(checkout: string, progress: Progress): Promise<boolean> {
  const place = placeOf(checkout);
  // A lock by itself may be that of a command which has made nothing yet, or which was killed then.
  if (!existsSync(lockFile(place)) && !(await anythingLeft(place))) return false;
  return alone(place, progress, async () => {
    if (!(await anythingLeft(place))) return false;
    await progress.step('Removing the local Kubernetes', () => tearDown(place));
    return true;
  });
}

/** Gives every node an image from an archive of docker save or OCI's layout. */
export async function loadImage(cluster: LocalCluster, archive: string, reference: string): Promise<void> {
  const { place, state } = stateOf(cluster);
  const ctr = program(state.parts, 'containerd', 'ctr');
  await Promise.all(
    cluster.nodes.map((_, i) => importImage(ctr, containerdSocket(place, i + 1), archive, reference)),
  );
}

/**
 * What it takes to start more daemons for a cluster that runs; they end with it.
 * @throws UserError it runs no longer
 */
export function whileRunning(cluster: LocalCluster): Rising {
  const { place, state } = stateOf(cluster);
  return { place, parts: state.parts, net: state.net, boot: state.boot };
}

/** The state of a cluster whose every process runs, whether it answers or not. */
function runningState(place: Place): ClusterState | undefined {
  const state = readState(place.state);
  const boot = bootId();
  const needed = recordedDaemons(place).filter(({ dispensable }) => !dispensable);
  const all = state?.boot === boot && needed.every((daemon) => isRunning(daemon, boot));
  return all ? state : undefined;
}

async function healthyState(place: Place): Promise<ClusterState | undefined> {
  const state = runningState(place);
  return state && (await apiIsReady(place, state.net)) ? state : undefined;
}

/** A machine that is very busy answers late; that is no reason to take the cluster's volumes for lost. */
async function untilAnswering(place: Place, { net }: ClusterState): Promise<void> {
  const answers = async () => (await apiIsReady(place, net)) || undefined;
  await waitFor('an answer from the local Kubernetes', answers, { seconds: 60 }).catch((error: unknown) => {
    interrupted().throwIfAborted();
    throw new UserError(
      "the local Kubernetes runs and does not answer; try again, or 'bin/berth down' removes it with its data",
      { cause: error },
    );
  });
}

async function reuse(place: Place, state: ClusterState, nodes: number): Promise<LocalCluster> {
  if (state.nodes !== nodes) {
    throw new UserError(`the local Kubernetes runs with ${state.nodes} nodes, not ${nodes}; ${START_ANEW}`);
  }
  if (!isDeepStrictEqual(state.parts, await locateParts())) {
    throw new UserError(
      `the local Kubernetes runs parts of other versions than this checkout's; ${START_ANEW}`,
    );
  }
  // What a command that was killed in the middle of a fault left.
  await restoreNodes(place, state);
  return describeCluster(place, state);
}

async function removeLeftovers(place: Place, progress: Progress): Promise<void> {
  const state = readState(place.state);
  if (state) {
    const why = state.boot === bootId() ? 'no longer answers' : 'ended when this machine did';
    progress.note(`The local Kubernetes that was here ${why}. It is started anew, with empty volumes.`);
  }
  await progress.step('Removing what is left of it', () => tearDown(place));
}

/** Does what changes the cluster while no other command does. */
async function alone<T>(place: Place, progress: Progress, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) {
    throw new UserError('the local Kubernetes is made of namespaces, for which one must be root; use sudo');
  }
  const waiting = (pid: number) => {
    progress.note(`Waiting for process ${pid}, which is at work on the local Kubernetes.`);
  };
  try {
    return await withLock(lockFile(place), waiting, work);
  } finally {
    removeStateRoot();
  }
}
