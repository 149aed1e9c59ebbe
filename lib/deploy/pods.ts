import { contract } from '../contract';
import { selectorText } from '../manifests/labels';
import type { Cluster } from '../targets/target';
import { cleanUpAfter } from '../process/clean-up-after';
import { watch, type Watch } from './watch';

/** The parts of a Pod that commands look at. */
export interface PodView {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly containers: readonly { readonly image: string }[];
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerView[];
  };
}

interface ContainerView {
  readonly ready: boolean;
  /** Empty until it was started once. */
  readonly containerID?: string;
  readonly restartCount: number;
  readonly state: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode: number };
    readonly running?: { readonly startedAt?: string };
  };
  readonly lastState?: {
    readonly terminated?: { readonly reason?: string; readonly exitCode: number };
  };
}

/** What a container waits with that no further waiting mends. */
const HOPELESS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'CrashLoopBackOff',
];

const THOSE_OF_THE_SET = ['pods', '--namespace', contract.name, '--selector', selectorText];

/** Every pod of the set. */
export async function pods(target: Cluster): Promise<PodView[]> {
  const json = await target.kubectl(['get', ...THOSE_OF_THE_SET, '--output', 'json']);
  return (JSON.parse(json) as { items: PodView[] }).items;
}

/** Every pod of the set, for whoever looks often. */
export function watchPods(target: Cluster): Promise<Watch<PodView>> {
  return watch<PodView>(target, THOSE_OF_THE_SET);
}

/** Every pod of the set as it is now, to whoever does not end the watch. */
export type FollowedPods = Pick<Watch<PodView>, 'now'>;

/** Follows every pod of the set while this is done. */
export async function withPods<T>(target: Cluster, work: (all: FollowedPods) => Promise<T>): Promise<T> {
  const all = await watchPods(target);
  return cleanUpAfter(
    () => work(all),
    () => all.end(),
  );
}

/** The pod of this name, if there is one. */
export function podNamed(all: readonly PodView[], name: string): PodView | undefined {
  return all.find(({ metadata }) => metadata.name === name);
}

export function isReady(pod: PodView): boolean {
  return pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** Whether this pod will not become ready by waiting: its image cannot be had, or its container ends again and again. */
export function isHopeless(pod: PodView): boolean {
  return pod.status.containerStatuses?.some((c) => HOPELESS.includes(c.state.waiting?.reason ?? '')) ?? false;
}

/** Why a pod is not ready, in the words of whoever knows best. */
export function reasonOf(pod: PodView): string {
  const state = pod.status.containerStatuses?.[0]?.state;
  const unscheduled = pod.status.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  return (
    state?.waiting?.message ??
    state?.waiting?.reason ??
    state?.terminated?.reason ??
    unscheduled?.message ??
    'not ready'
  );
}
