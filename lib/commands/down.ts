import { contract } from '../contract';
import { readInstallation, removeInstallation } from '../installation/installation';
import { selectorText } from '../manifests/labels';
import { chooseTarget } from '../targets/choose';
import { localTarget } from '../targets/local-target';
import type { Target } from '../targets/target';
import { terminalProgress, type Progress } from '../terminal/progress';
import { checkout } from './checkout';
import { print } from './output';

export interface DownOptions {
  /** Also delete the volumes and Secrets on a cluster that stays. */
  readonly deleteData?: boolean;
}

/**
 * Takes away what `up` made. The local Kubernetes goes whole, its volumes included.
 * On any other cluster the volumes and Secrets stay, for the next `up`, unless `deleteData`.
 */
export async function down(options: DownOptions): Promise<number> {
  const progress = terminalProgress();
  const installation = readInstallation(checkout);
  // An `up` that was killed early left no record, but may have left a local cluster.
  const target = installation
    ? await chooseTarget({ on: installation.target, checkout })
    : localTarget(checkout);
  if (target.destroy) {
    const was = await target.destroy(progress);
    removeInstallation(checkout);
    print(was || installation ? 'nothing is left running' : 'nothing was running');
    return 0;
  }
  await removeFrom(target, options.deleteData ?? false, progress);
  // Until its data is gone an installation is remembered, so that `down --delete-data` and `up` find it again.
  if (options.deleteData) removeInstallation(checkout);
  return 0;
}

/** What runs, and what keeps data; each object carries the labels that select it. */
const RUNNING = [
  ...[
    'ingress',
    'statefulset',
    'service',
    'poddisruptionbudget',
    'networkpolicy',
    'serviceaccount',
    'configmap',
  ],
  // Of the cluster and not of the namespace, which kubectl knows.
  ...['validatingadmissionpolicybinding', 'validatingadmissionpolicy'],
].join(',');
const KEEPING = 'persistentvolumeclaim,secret';

/** Takes away Berth's own objects. The namespace stays: it may hold somebody else's. */
async function removeFrom(target: Target, deleteData: boolean, progress: Progress): Promise<void> {
  const own = ['--namespace', contract.name, '--selector', selectorText];
  await progress.step(`Removing the server from ${target.name}`, async () => {
    await target.kubectl(['delete', RUNNING, ...own, '--ignore-not-found']);
    if (deleteData) await target.kubectl(['delete', KEEPING, ...own, '--ignore-not-found']);
  });
  if (deleteData) return;
  const kept = await target.kubectl(['get', KEEPING, ...own, '--output', 'name']);
  if (kept !== '') {
    print(
      `kept: ${kept.split('\n').join(', ')}; 'bin/berth down --delete-data' deletes them with their data`,
    );
  }
}
