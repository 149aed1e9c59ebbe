import { setTimeout as sleep } from 'node:timers/promises';
import { ItemClient, type Item } from '../client/item-client';
import { contract } from '../contract';
import { isReady, podNamed, pods, type FollowedPods, type PodView } from '../deploy/pods';
import { interrupted } from '../process/interrupt';
import type { Cluster } from '../targets/target';
import { messageOf, UserError } from '../terminal/user-error';
import { evidenceOf } from './evidence';
import type { Journal } from './journal';
import { NoWay, withPod, type Credentials } from './pod-port';
import { askForRightAnswers, type Answers } from './right-answers';
import { REVISION_LABEL } from './stateful-set';

/** What a pod waits with that waiting does not mend; the kubelet says it once it has tried. */
const HOPELESS = ['CrashLoopBackOff', 'ImagePullBackOff', 'InvalidImageName', 'CreateContainerConfigError'];
/** A pod that says it is ready and still answers with errors gets this long to come to its senses. */
const SENSES_SECONDS = 3;
/** On top of the grace period: until the old pod is gone and the new one has been made. */
const REPLACE_SECONDS = 60;
const POLL = 300;

/** What asking a pod came to; it is no fault of the pod's when there was no way to ask. */
type Asked = Answers & { readonly unreached?: boolean };

export interface Follow {
  readonly cluster: Cluster;
  /** Every pod of the set, followed while they are replaced. */
  readonly pods: FollowedPods;
  readonly credentials: Credentials;
  /** The service as its users reach it. */
  readonly service: ItemClient;
  /** Items the service had before the release. */
  readonly known: readonly Item[];
  /** Seconds a new pod has until it is ready and answers rightly. */
  readonly podSeconds: number;
  /** Seconds it has to stay ready. */
  readonly settleSeconds: number;
  /** Says, by throwing, that somebody else took the release over. */
  readonly journal: Pick<Journal, 'assertHeld'>;
}

/** A pod of the new image that is not good enough. */
export class BadPod extends UserError {
  constructor(
    readonly pod: string,
    readonly uid: string,
    message: string,
    /** When it was first seen in service, in milliseconds since 1970; undefined when it never was. */
    readonly servingSince: number | undefined,
  ) {
    super(message);
    this.name = 'BadPod';
  }
}

/** Name of the pod of this ordinal. */
export function podName(ordinal: number): string {
  return `${contract.name}-${ordinal}`;
}

/**
 * Waits until the pod of this ordinal has been made anew from `revision`, asks it directly as soon as its container
 * runs, and returns once it answers rightly, is ready and has stayed so.
 * @throws BadPod it ends again and again, its image cannot be had, it answers wrongly, or its time is over
 */
export async function followPod(
  follow: Follow,
  ordinal: number,
  revision: string,
  detail: (text: string) => void,
): Promise<void> {
  const name = podName(ordinal);
  const first = await untilReplaced(follow, name, revision, detail);
  const seen = Date.now();
  let servingSince: number | undefined;
  let answeredSince: number | undefined;
  let answers: Asked = { verdict: 'none', why: 'its container does not run yet' };
  for (;;) {
    const pod = podNamed(follow.pods.now(), name);
    const bad = async (why: string): Promise<BadPod> => {
      const evidence = await evidenceOf(follow.cluster, pod ?? first);
      return new BadPod(name, first.metadata.uid, `${name} ${why}\n${evidence}`, servingSince);
    };
    if (pod?.metadata.uid !== first.metadata.uid || pod.metadata.deletionTimestamp !== undefined) {
      throw await bad('was deleted by somebody else while the release waited for it');
    }
    const ready = isReady(pod);
    if (ready) servingSince ??= Date.now();
    const hopeless = hopelessness(pod);
    if (hopeless !== undefined) throw await bad(hopeless);
    if (answeredSince === undefined && isRunning(pod)) {
      answers = await ask(follow, name);
      if (answers.verdict === 'wrong') throw await bad(`answers wrongly: ${answers.why}`);
      if (answers.verdict === 'right') answeredSince = Date.now();
    }
    if (ready && answeredSince !== undefined) break;
    const unwell = servingSince !== undefined && Date.now() - servingSince > SENSES_SECONDS * 1000;
    if (unwell && answers.verdict === 'none' && !answers.unreached)
      throw await bad(`says it is ready, but ${answers.why}`);
    const seconds = (Date.now() - seen) / 1000;
    if (seconds > follow.podSeconds) {
      const lacks = ready ? answers : { verdict: 'none', why: 'it is not ready' };
      const why = lacks.verdict === 'none' && 'why' in lacks ? lacks.why : 'it is not ready';
      throw await bad(`did not become ready within ${follow.podSeconds} s: ${why}`);
    }
    detail(
      `${name} ${ready ? 'is ready, being asked' : 'starts'} (${Math.round(seconds)} of ${follow.podSeconds} s)`,
    );
    await pause();
  }
  detail(`${name} answers rightly, settles for ${follow.settleSeconds} s`);
  await settle(follow, first, servingSince ?? Date.now());
}

/** It has to stay ready, without a restart, and to answer rightly still. */
async function settle(follow: Follow, first: PodView, servingSince: number): Promise<void> {
  const { name, uid } = first.metadata;
  const until = Date.now() + follow.settleSeconds * 1000;
  for (let last = false; !last;) {
    last = Date.now() >= until;
    // What is followed may be behind; the verdict is not to be.
    const pod = podNamed(last ? await pods(follow.cluster) : follow.pods.now(), name);
    const restarts = pod?.status.containerStatuses?.[0]?.restartCount ?? 0;
    const stays = pod?.metadata.uid === uid && isReady(pod) && restarts === restartsOf(first);
    if (!stays) {
      const evidence = await evidenceOf(follow.cluster, pod ?? first);
      throw new BadPod(name, uid, `${name} was ready and did not stay so\n${evidence}`, servingSince);
    }
    if (!last) await pause();
  }
}

async function untilReplaced(
  { cluster, pods: all }: Follow,
  name: string,
  revision: string,
  detail: (text: string) => void,
): Promise<PodView> {
  let deadline: number | undefined;
  for (;;) {
    const pod = podNamed(all.now(), name);
    if (pod?.metadata.labels?.[REVISION_LABEL] === revision && !pod.metadata.deletionTimestamp) return pod;
    deadline ??= Date.now() + ((pod?.spec.terminationGracePeriodSeconds ?? 30) + REPLACE_SECONDS) * 1000;
    if (Date.now() > deadline) {
      throw new UserError(
        `${name} was not replaced in time; it ${pod ? 'still runs the old image' : 'is gone and no new one was made'}` +
          `\n  more: ${cluster.kubectlHint} --namespace ${contract.name} describe statefulset ${contract.name}`,
      );
    }
    detail(`${name} ${pod?.metadata.deletionTimestamp ? 'drains' : 'is being replaced'}`);
    await pause();
  }
}

async function ask(follow: Follow, pod: string): Promise<Asked> {
  try {
    return await withPod(follow.cluster, pod, follow.credentials, (client) =>
      askForRightAnswers(client, follow.service, follow.known),
    );
  } catch (error) {
    interrupted().throwIfAborted();
    return {
      verdict: 'none',
      why: `it cannot be asked: ${messageOf(error).split('\n')[0] ?? ''}`,
      unreached: error instanceof NoWay,
    };
  }
}

function isRunning(pod: PodView): boolean {
  return pod.status.containerStatuses?.[0]?.state.running !== undefined;
}

function restartsOf(pod: PodView): number {
  return pod.status.containerStatuses?.[0]?.restartCount ?? 0;
}

function hopelessness(pod: PodView): string | undefined {
  const reason = pod.status.containerStatuses?.[0]?.state.waiting?.reason ?? '';
  if (!HOPELESS.includes(reason)) return undefined;
  if (reason === 'CrashLoopBackOff') return 'ends again and again';
  return `cannot be started (${reason})`;
}

async function pause(): Promise<void> {
  await sleep(POLL, undefined, { signal: interrupted() }).catch(() => undefined);
  interrupted().throwIfAborted();
}
