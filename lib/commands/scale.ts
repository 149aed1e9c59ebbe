import { contract } from '../contract';
import { changingPods } from '../installation/changing-pods';
import { readInstallation } from '../installation/installation';
import { Interrupted } from '../process/interrupt';
import { assertNoReleaseUnderWay } from '../release/under-way';
import { grow } from '../scale/grow';
import { memberNames } from '../scale/members';
import { installationOwner, otherOwner } from '../scale/owner';
import { runningSet } from '../scale/set';
import { claimsOf, shrink } from '../scale/shrink';
import { chooseTarget } from '../targets/choose';
import type { Target } from '../targets/target';
import { terminalProgress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { print, printJson } from './output';

export interface ScaleOptions {
  /** Cluster of a set that `up` of this checkout did not make. */
  readonly on?: string;
  /** Delete the volumes of members that leave. Default: they stay. */
  readonly deleteVolumes?: boolean;
  readonly json?: boolean;
}

/** What `scale --json` prints. */
export interface ScaleResult {
  readonly from: number;
  readonly to: number;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Claims of the members that left. */
  readonly volumes: { readonly kept: readonly string[]; readonly deleted: readonly string[] };
}

/** Makes the store one of `to` members: more join at once; those too many leave one at a time before their pods go. */
export function scale(to: number, options: ScaleOptions): Promise<number> {
  return changingPods(checkout, () => scaleTo(to, options));
}

async function scaleTo(to: number, options: ScaleOptions): Promise<number> {
  const progress = terminalProgress();
  const { target, owner } = await find(options.on);
  await assertNoReleaseUnderWay(target);
  const set = await runningSet(target);
  const from = set.replicas;
  try {
    const joined = to >= from ? await grow(target, set, to, owner, progress) : [];
    const left = to < from ? await shrink(target, set, to, owner, progress) : [];
    const claims = await claimsOf(target, left);
    if (options.deleteVolumes && claims.length > 0) {
      await target.kubectl(['delete', 'persistentvolumeclaims', ...claims, '--namespace', contract.name]);
    }
    const volumes = options.deleteVolumes ? { kept: [], deleted: claims } : { kept: claims, deleted: [] };
    const result: ScaleResult = { from, to, joined, left, volumes };
    if (options.json) printJson(result);
    else print(describe(result, target));
    return 0;
  } catch (error) {
    if (error instanceof Interrupted && to < from) {
      progress.note(
        `'bin/berth scale ${to}' goes on from here, 'bin/berth scale ${from}' lets back in who has left; after five minutes they come back by themselves`,
      );
    }
    throw error;
  }
}

/** The cluster, and who has the setting there: `up` of this checkout, unless another cluster is named. */
async function find(on: string | undefined) {
  const installation = readInstallation(checkout);
  if (installation && (on === undefined || on === installation.target)) {
    const target = await chooseTarget({ on: installation.target, checkout });
    return { target, owner: installationOwner(target, installation) };
  }
  if (on === undefined) {
    throw new UserError(
      'nothing is installed from this checkout; name the cluster with --on context:NAME or --on minikube',
    );
  }
  const target = await chooseTarget({ on, checkout });
  return { target, owner: otherOwner(target) };
}

function describe({ from, to, joined, left, volumes }: ScaleResult, target: Target): string {
  const now = `${to === 1 ? '1 member' : `${to} members`}: ${memberNames(0, to).join(', ')}`;
  const changes = [
    ...(joined.length > 0 ? [`joined: ${joined.join(', ')}`] : []),
    ...(left.length > 0 ? [`left: ${left.join(', ')}`] : []),
    ...(from === to && joined.length === 0 ? ['as many as there were'] : []),
  ];
  const kept =
    volumes.kept.length === 0
      ? []
      : [
          `volumes kept: ${volumes.kept.join(', ')}; nothing needs them, and members that join again empty them first`,
          `  delete them with: ${target.kubectlHint} --namespace ${contract.name} delete persistentvolumeclaims ${volumes.kept.join(' ')}`,
        ];
  const deleted = volumes.deleted.length === 0 ? [] : [`volumes deleted: ${volumes.deleted.join(', ')}`];
  return [now, ...changes, ...kept, ...deleted].join('\n');
}
