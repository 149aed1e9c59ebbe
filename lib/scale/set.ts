import { contract } from '../contract';
import { isReady, podNamed, pods, reasonOf } from '../deploy/pods';
import { REPLICAS_COMMAND } from '../manifests/replicas';
import type { Target } from '../targets/target';
import { UserError } from '../terminal/user-error';
import { memberNames } from './members';

interface SetObject {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
        }[];
      };
    };
  };
}

/** The StatefulSet as it is in the cluster now. */
export interface RunningSet {
  readonly replicas: number;
  /** What its owner runs to change the number of replicas; `N` stands for it. Absent where older manifests made it. */
  readonly replicasCommand: string | undefined;
  /** How long the platform's load balancers may take to let go of a pod. */
  readonly drainSeconds: number;
}

/** @throws UserError there is no set */
export async function runningSet(target: Target): Promise<RunningSet> {
  const json = await target.kubectl([
    ...['get', 'statefulset', contract.name, '--namespace', contract.name],
    ...['--ignore-not-found', '--output', 'json'],
  ]);
  if (json === '') {
    throw new UserError(
      `there is no StatefulSet ${contract.name} on ${target.name}; make it with 'bin/berth up'`,
    );
  }
  const { metadata, spec } = JSON.parse(json) as SetObject;
  return {
    replicas: spec.replicas,
    replicasCommand: metadata.annotations?.[REPLICAS_COMMAND],
    drainSeconds: spec.template.spec.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0,
  };
}

/**
 * The first pod that is ready, from the lowest ordinal on: it never leaves before the others.
 * @throws UserError none is
 */
export async function readyPod(target: Target, among: number): Promise<string> {
  const all = await pods(target);
  const found = memberNames(0, among).find((name) => {
    const pod = podNamed(all, name);
    return pod !== undefined && isReady(pod);
  });
  if (found !== undefined) return found;
  throw new UserError(
    `none of ${memberNames(0, among).join(', ')} is ready, so the store cannot be asked; ${look(target)}`,
  );
}

/** Why pods of these names are not ready, in their own words; empty when all are. */
export async function unready(target: Target, names: readonly string[]): Promise<string[]> {
  const all = await pods(target);
  return names.flatMap((name) => {
    const pod = podNamed(all, name);
    if (!pod) return [`${name} (there is no such pod)`];
    if (pod.metadata.deletionTimestamp !== undefined) return [`${name} (is being stopped)`];
    return isReady(pod) ? [] : [`${name} (${reasonOf(pod)})`];
  });
}

export const look = (target: Target): string =>
  `look with: ${target.kubectlHint} --namespace ${contract.name} get pods`;
