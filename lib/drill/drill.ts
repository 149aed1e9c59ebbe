import { setTimeout as sleep } from 'node:timers/promises';
import { contract } from '../contract';
import { watchPods, type FollowedPods } from '../deploy/pods';
import { followRollouts, type Rollouts } from '../deploy/rollout';
import type { LocalCluster } from '../local/local-cluster';
import { Interrupted, evenWhenInterrupted, interrupted } from '../process/interrupt';
import type { Started } from '../process/start';
import { waitFor } from '../process/wait';
import type { Target, Unanswered } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { messageOf, UserError } from '../terminal/user-error';
import type { Scene } from './fault';
import { nameOf, type Step } from './faults/catalog';
import { CONTROL_PLANE, nodeNumber } from './faults/kill';
import type { Happened, Hit } from './judge';
import { watchLeaders, type Leadership } from './leaders';
import { members, type Member } from './member';
import type { Pulse, Way } from './workload';

/** How long a store may take to be whole again by itself, in seconds. */
const RECOVERY_SECONDS = 240;

/** What a drill does while the load runs. */
export interface Plan {
  readonly target: Target;
  readonly cluster: LocalCluster | undefined;
  readonly way: Way;
  readonly images: Scene['images'];
  /** How long nothing is done at first, in seconds. */
  readonly undisturbed: number;
  /** What is done, each after so many seconds of quiet. May be without end. */
  readonly steps: Iterable<Step & { readonly quiet: number }>;
  /** When no further step is begun, in milliseconds since 1970. Default never. */
  readonly deadline?: number;
  /** How long a member may be away before everything knows, in seconds. */
  readonly foundOut: number;
}

/** What was done, and what was seen meanwhile. */
export interface Course {
  readonly happened: readonly Happened[];
  readonly leaders: readonly Leadership[];
  /** What the Ingress controller's log has of requests that got no answer. */
  readonly unanswered: readonly Unanswered[];
  readonly undisturbed: { readonly from: number; readonly until: number };
}

/** Time a client needs to open its connection and the machine to get going, in milliseconds; not counted. */
export const RUN_UP = 2000;
/** What is read of a log again the next time, in milliseconds: clocks in it have whole seconds. */
const OVERLAP = 2000;
/** A member that is away comes back this much later than it was found out, in seconds. */
const LONGER = 4;

/**
 * Makes faults, one after the other, while the load runs, and waits after each until the store is whole again. It ends
 * early when one does not come back.
 */
export async function carryOut(
  plan: Plan,
  load: Started,
  pulse: () => Pulse,
  progress: Progress,
): Promise<Course> {
  const failed = new AbortController();
  load.ended.then(
    () => {
      failed.abort(
        new UserError('the load ended by itself before the faults did; give a lower --rate, or fewer faults'),
      );
    },
    (error: unknown) => {
      failed.abort(error);
    },
  );
  const all = await watchPods(plan.target);
  const rollouts = await followRollouts(plan.target, all).catch(async (error: unknown) => {
    await all.end();
    throw error;
  });
  const leaders = watchLeaders(plan.target, all);
  const happened: Happened[] = [];
  const unanswered: Unanswered[] = [];
  const from = Date.now() + RUN_UP;
  let read = from;
  // After each fault: what a pod wrote goes with the pod. One that is not there yet is asked the next time.
  const readLog = async () => {
    const now = Date.now();
    const lines = await plan.target.ingressController?.log?.unanswered(read).catch(() => undefined);
    if (lines === undefined) return;
    unanswered.push(...lines);
    read = now - OVERLAP;
  };
  try {
    await progress.step('Load, undisturbed', async (detail) => {
      await wait(RUN_UP / 1000 + plan.undisturbed, () => {
        detail(counts(pulse()));
      });
    });
    const until = Date.now();
    for (const step of plan.steps) {
      await wait(step.quiet);
      if (plan.deadline !== undefined && Date.now() > plan.deadline) break;
      failed.signal.throwIfAborted();
      const one = await carryOutOne({ plan, pods: all, rollouts }, step, happened.length, pulse, progress);
      happened.push(one);
      await readLog();
      if (one.unrecovered !== undefined) break;
      // Also after the last: a fault that the load did not last for shows nothing.
      failed.signal.throwIfAborted();
    }
    await wait(2);
    await readLog();
    return { happened, leaders: await leaders.end(), unanswered, undisturbed: { from, until } };
  } finally {
    await evenWhenInterrupted(() => Promise.all([leaders.end(), rollouts.end(), all.end()]));
  }
}

/** What is known all along. */
interface Overview {
  readonly plan: Plan;
  readonly pods: FollowedPods;
  readonly rollouts: Rollouts;
}

function carryOutOne(
  overview: Overview,
  step: Step,
  index: number,
  pulse: () => Pulse,
  progress: Progress,
): Promise<Happened> {
  const before = pulse();
  const { plan, pods } = overview;
  return progress.step(step.fault.title, async (detail) => {
    const all = await spared(plan.target, pods, step, detail);
    const victim = choose(all, step, index);
    const began = Date.now();
    const hits: Hit[] = [];
    const said = (text: string) => {
      const who = step.role === undefined ? '' : `${victim.name}, ${step.role}: `;
      const { requests, failed } = pulse();
      const now = counts({ requests: requests - before.requests, failed: failed - before.failed });
      detail(`${who}${text === '' ? '' : `${text}; `}${now}`);
    };
    const scene = sceneOf(overview, victim, all, hits, said);
    let unrecovered: string | undefined;
    try {
      await step.fault.strike(scene);
      said('waiting until it is whole');
      await untilWhole(plan.target, pods, all.length);
      if (step.fault.takesNodes) await untilNodesAreReady(plan.target);
    } catch (error) {
      if (error instanceof Interrupted || interrupted().aborted) throw error;
      unrecovered = messageOf(error);
    }
    await wait(0.5);
    said('');
    const { title, excuse, aim } = step.fault;
    return {
      ...{ name: nameOf(step), title, excuse, began, ended: Date.now(), hits },
      ...(aim === undefined ? {} : { aim }),
      ...(unrecovered === undefined ? {} : { unrecovered }),
    };
  });
}

function sceneOf(
  { plan: { target, cluster, way, images, foundOut }, pods, rollouts }: Overview,
  victim: Member,
  all: readonly Member[],
  hits: Hit[],
  detail: (text: string) => void,
): Scene {
  const now = () => members(target, pods.now());
  return {
    target,
    victim,
    now,
    rollouts,
    way,
    others: all.filter(({ name }) => name !== victim.name),
    absence: foundOut + LONGER,
    images,
    local() {
      if (!cluster) throw new UserError(`this fault needs the local Kubernetes, and this is ${target.name}`);
      return cluster;
    },
    async hit(those, act) {
      const hit = {
        from: Date.now(),
        members: those.map(({ name }) => name),
        addresses: those.map(({ address }) => address),
      };
      try {
        await act();
      } finally {
        hits.push({ ...hit, until: Date.now() });
      }
    },
    hold: (seconds) =>
      wait(seconds, () => {
        detail('');
      }),
    async replaced({ name, uid }) {
      const gone = async () => {
        const found = (await now()).find((member) => member.name === name);
        return found !== undefined && found.uid !== uid ? true : undefined;
      };
      await waitFor(`another pod in place of ${name}`, gone, { seconds: RECOVERY_SECONDS, every: 500 });
    },
    detail,
  };
}

/**
 * The members. Before nodes are taken away the leader is moved off the one with the control plane, by a planned
 * restart of its pod.
 */
async function spared(
  target: Target,
  pods: FollowedPods,
  { fault }: Step,
  detail: (text: string) => void,
): Promise<readonly Member[]> {
  const all = await members(target, pods.now());
  const leader = all.find(({ leads }) => leads);
  if (!fault.takesNodes || !leader || nodeNumber(leader) !== CONTROL_PLANE) return all;
  detail(`moving the leader off ${leader.node}`);
  await target.kubectl(['delete', 'pod', leader.name, '--namespace', contract.name]);
  await untilWhole(target, pods, all.length);
  return members(target, pods.now());
}

function choose(all: readonly Member[], { role, fault }: Step, index: number): Member {
  const leader = all.find(({ leads }) => leads) ?? all[0];
  if (!leader) throw new UserError('there are no pods; install the server with: bin/berth up --replicas 3');
  const followers = all.filter(
    (one) => one.name !== leader.name && !(fault.takesNodes && nodeNumber(one) === CONTROL_PLANE),
  );
  return role === 'follower' ? (followers[index % followers.length] ?? leader) : leader;
}

/** Waits until every member is there with a vote, and all agree on that. */
export async function untilWhole(target: Target, pods: FollowedPods, count: number): Promise<void> {
  const whole = async () => {
    const all = await members(target, pods.now());
    const missing = all.filter((member) => !member.whole).map(({ name }) => name);
    if (all.length !== count) throw new Error(`${all.length} of ${count} pods are there`);
    if (missing.length > 0) throw new Error(`${missing.join(', ')} is not whole`);
    return true;
  };
  await waitFor('the store whole again', whole, { seconds: RECOVERY_SECONDS, every: 500 });
}

/**
 * Waits until the nodes count as ready again, some seconds after the pods on them. One that is lost before that is not
 * found out: its pods stop being ready when the node does, and it was not.
 */
async function untilNodesAreReady(target: Target): Promise<void> {
  const ready = () => target.kubectl(['wait', 'node', '--all', '--for=condition=Ready', '--timeout=10s']);
  await waitFor('the nodes ready again', ready, { seconds: RECOVERY_SECONDS, every: 500 });
}

async function wait(seconds: number, tick: () => void = () => undefined): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (let left = seconds * 1000; left > 0; left = deadline - Date.now()) {
    interrupted().throwIfAborted();
    tick();
    await sleep(Math.min(left, 500), undefined, { signal: interrupted() }).catch(() => undefined);
  }
  interrupted().throwIfAborted();
}

function counts({ requests, failed }: Pulse): string {
  return `${requests} requests, ${failed} failed`;
}
