import { contract } from '../contract';
import { evenWhenInterrupted } from '../process/interrupt';
import { waitFor } from '../process/wait';
import type { Target } from '../targets/target';
import { messageOf, UserError } from '../terminal/user-error';
import { isHopeless, isReady, pods, reasonOf, watchPods, type FollowedPods } from './pods';
import { watch } from './watch';

const set = ['statefulset', contract.name, '--namespace', contract.name];
/** The same as a list of one, which can be watched. */
const sets = [
  ...['statefulsets', '--namespace', contract.name],
  ...['--field-selector', `metadata.name=${contract.name}`],
];

/** The part of a StatefulSet that says how far a rollout is. */
interface SetView {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

/** Milliseconds that a container may look hopeless: one that is being replaced may for a moment. */
const HOPELESS_FOR = 5000;

/** Follows the StatefulSet through as many rollouts as there are, until it is told to end. */
export interface Rollouts {
  /**
   * Waits until every pod runs the newest revision and has been ready for minReadySeconds.
   * @param generation of the set that has to be seen first, as each change has a later one; 0 is any
   * @throws UserError with what the pods themselves say, as soon as one cannot become ready any more or `seconds` are over
   */
  wait(generation: number, seconds: number, detail: (text: string) => void): Promise<void>;
  end(): Promise<void>;
}

/**
 * @param all the pods, which are not watched twice where they are watched already
 * @throws UserError the set cannot be read
 */
export async function followRollouts(target: Target, all: FollowedPods): Promise<Rollouts> {
  const found = await watch<SetView>(target, sets);
  const follow = async (generation: number, seconds: number, detail: (text: string) => void) => {
    let hopelessSince: number | undefined;
    const look = () => {
      const [one] = found.now();
      if (one === undefined) throw new Error(`there is no StatefulSet ${contract.name}`);
      const { metadata, spec, status } = one;
      if (metadata.generation < generation) return undefined;
      const updated = status.observedGeneration === metadata.generation ? (status.updatedReplicas ?? 0) : 0;
      const available = status.availableReplicas ?? 0;
      detail(`${Math.min(updated, available)} of ${spec.replicas} pods rolled out`);
      const done = updated === spec.replicas && available === spec.replicas;
      if (done && status.currentRevision === status.updateRevision) return 'done' as const;
      const hopeless = all.now().some((pod) => !pod.metadata.deletionTimestamp && isHopeless(pod));
      hopelessSince = hopeless ? (hopelessSince ?? Date.now()) : undefined;
      const given = Date.now() - (hopelessSince ?? Date.now());
      return given >= HOPELESS_FOR ? ('hopeless' as const) : undefined;
    };
    return waitFor('the rollout', look, { seconds });
  };
  return {
    async wait(...how) {
      const outcome = await explained(target, () => follow(...how));
      if (outcome === 'hopeless') throw new UserError(`a pod cannot become ready\n${await explain(target)}`);
    },
    end: () => found.end(),
  };
}

/** Waits as {@link Rollouts.wait} does, for a change that was made already. */
export async function waitForRollout(
  target: Target,
  seconds: number,
  detail: (text: string) => void,
): Promise<void> {
  const begun: { end(): Promise<void> }[] = [];
  const begin = async <T extends { end(): Promise<void> }>(start: () => Promise<T>): Promise<T> => {
    const one = await explained(target, () => waitFor('the rollout', start, { seconds }));
    begun.push(one);
    return one;
  };
  try {
    const all = await begin(() => watchPods(target));
    const rollouts = await begin(() => followRollouts(target, all));
    await rollouts.wait(0, seconds, detail);
  } finally {
    await evenWhenInterrupted(() => Promise.all(begun.map((one) => one.end())));
  }
}

/** Adds to an error what the pods themselves say. */
async function explained<T>(target: Target, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${messageOf(error)}\n${await explain(target)}`, { cause: error });
  }
}

/** Rolls every pod: the same revision anew, as a changed image or node drain would. Its generation is returned. */
export const restart = (target: Target): Promise<number> => change(target, ['rollout', 'restart']);

/**
 * Changes the set by kubectl.
 * @param command of kubectl that takes the set, and `values` for it
 * @returns the generation of what it is then; 0 if there was nothing to change
 */
export async function change(
  target: Target,
  command: readonly string[],
  ...values: string[]
): Promise<number> {
  const told = await target.kubectl([
    ...command,
    ...set,
    ...values,
    '--output=jsonpath={.metadata.generation}',
  ]);
  const generation = Number(told);
  if (!Number.isInteger(generation)) throw new Error(`kubectl was asked for a generation and told: ${told}`);
  return generation;
}

/** Names of the pods with their uids: a pod that was rolled has the same name and another uid. */
export async function podIdentities(target: Target): Promise<Map<string, string>> {
  return new Map((await pods(target)).map(({ metadata }) => [metadata.name, metadata.uid]));
}

async function explain(target: Target): Promise<string> {
  const unready = (await pods(target)).filter((pod) => !isReady(pod));
  const lines = unready.map(async (pod) => {
    const logs = ['logs', pod.metadata.name, '--namespace', contract.name, '--tail=1'];
    const now = await target.kubectl(logs).catch(() => '');
    // A container that ended at once said why in its previous life.
    const log = now || (await target.kubectl([...logs, '--previous']).catch(() => ''));
    return `  ${pod.metadata.name}: ${reasonOf(pod)}${log ? `\n    last log line: ${log}` : ''}`;
  });
  const more = `  more: ${target.kubectlHint} --namespace ${contract.name} describe pods`;
  return [...(await Promise.all(lines)), more].join('\n');
}
