import { contract } from '../contract';
import { evenWhenInterrupted } from '../process/interrupt';
import { waitFor } from '../process/wait';
import type { Target } from '../targets/target';
import { messageOf, UserError } from '../terminal/user-error';
import { isHopeless, isReady, pods, reasonOf, watchPods } from './pods';
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
  /** Which state of the set is asked for now; each change of it has a later one. */
  generation(): number;
  /**
   * Waits until every pod runs the newest revision and has been ready for minReadySeconds.
   * @param after a generation: a change that follows it has to be seen first
   * @throws UserError with what the pods themselves say, as soon as one cannot become ready any more or `seconds` are over
   */
  wait(after: number, seconds: number, detail: (text: string) => void): Promise<void>;
  end(): Promise<void>;
}

/** @throws UserError the set or its pods cannot be read */
export async function followRollouts(target: Target): Promise<Rollouts> {
  const found = await watch<SetView>(target, sets);
  const all = await watchPods(target).catch(async (error: unknown) => {
    await found.end();
    throw error;
  });
  const view = () => {
    const [one] = found.now();
    if (one === undefined) throw new Error(`there is no StatefulSet ${contract.name}`);
    return one;
  };
  const follow = async (after: number, seconds: number, detail: (text: string) => void) => {
    let hopelessSince: number | undefined;
    const look = () => {
      const { metadata, spec, status } = view();
      if (metadata.generation <= after) return undefined;
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
    generation: () => view().metadata.generation,
    async wait(...how) {
      const outcome = await explained(target, () => follow(...how));
      if (outcome === 'hopeless') throw new UserError(`a pod cannot become ready\n${await explain(target)}`);
    },
    async end() {
      await Promise.all([found.end(), all.end()]);
    },
  };
}

/** Waits as {@link Rollouts.wait} does, for a change that was made already. */
export async function waitForRollout(
  target: Target,
  seconds: number,
  detail: (text: string) => void,
): Promise<void> {
  const start = () => waitFor('the rollout', () => followRollouts(target), { seconds });
  const rollouts = await explained(target, start);
  try {
    await rollouts.wait(0, seconds, detail);
  } finally {
    await evenWhenInterrupted(() => rollouts.end());
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

/** Rolls every pod: the same revision anew, as a changed image or node drain would. */
export async function restart(target: Target): Promise<void> {
  await target.kubectl(['rollout', 'restart', ...set]);
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
