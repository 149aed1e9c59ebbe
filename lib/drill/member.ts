import { request } from 'undici';
import { contract } from '../contract';
import { isReady, type PodView } from '../deploy/pods';
import type { Target } from '../targets/target';

/** A member of the store, as its pod and its own metrics tell. */
export interface Member {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  /** The pod's address; empty until it has one. */
  readonly address: string;
  readonly containerId: string;
  readonly leads: boolean;
  /** How much its store takes up; 0 where that is not known. */
  readonly usedBytes: number;
  /** Whether its pod is ready, and it has a vote in a cluster with a leader and as many members as there are pods. */
  readonly whole: boolean;
}

/** The numbers that are read of a member's metrics. */
interface Numbers {
  readonly leads: boolean;
  readonly hasLeader: boolean;
  readonly members: number;
  readonly learners: number;
  readonly usedBytes: number;
}

/** Every member, in the order of their names. Those that do not answer are not whole and do not lead. */
export async function members(target: Target, all: readonly PodView[]): Promise<Member[]> {
  const found = all.map(async (pod) => describe(pod, all.length, await numbersOf(target, pod)));
  return (await Promise.all(found)).sort((a, b) => a.name.localeCompare(b.name));
}

/** The name of the member that says it leads. */
export async function leaderAmong(target: Target, known: readonly PodView[]): Promise<string | undefined> {
  const asked = await Promise.all(
    known.map(async (pod) => ((await numbersOf(target, pod))?.leads ? pod.metadata.name : undefined)),
  );
  return asked.find((name) => name !== undefined);
}

function describe(pod: PodView, count: number, numbers: Numbers | undefined): Member {
  const settled =
    numbers !== undefined && numbers.hasLeader && numbers.members === count && numbers.learners === 0;
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    node: pod.spec.nodeName ?? '',
    address: pod.status.podIP ?? '',
    containerId: pod.status.containerStatuses?.[0]?.containerID ?? '',
    leads: numbers?.leads ?? false,
    usedBytes: numbers?.usedBytes ?? 0,
    whole: isReady(pod) && pod.metadata.deletionTimestamp === undefined && settled,
  };
}

async function numbersOf(target: Target, pod: PodView): Promise<Numbers | undefined> {
  try {
    const text = await metricsOf(target, pod);
    const value = (name: string) =>
      Number(new RegExp(`^berth_store_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
    return {
      leads: value('is_leader') === 1,
      hasLeader: value('has_leader') === 1,
      members: value('members'),
      learners: value('learners'),
      usedBytes: value('used_bytes'),
    };
  } catch {
    return undefined; // It is away, which is what a drill is about.
  }
}

/** Asked directly where pods can be reached from here, as a command for each time would take up the machine. */
async function metricsOf(target: Target, { metadata, status }: PodView): Promise<string> {
  const port = contract.ports.http.number;
  if (target.name !== 'local') {
    const path = `/api/v1/namespaces/${contract.name}/pods/${metadata.name}:${port}/proxy${contract.paths.metrics}`;
    return target.kubectl(['get', '--raw', path]);
  }
  const patience = { headersTimeout: 1000, bodyTimeout: 1000, signal: AbortSignal.timeout(1500) };
  const answer = await request(`http://${status.podIP ?? ''}:${port}${contract.paths.metrics}`, patience);
  return answer.body.text();
}
