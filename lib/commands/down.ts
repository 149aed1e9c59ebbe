import { contract } from '../contract';
import { readInstallation, removeInstallation } from '../installation/installation';
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
  removeInstallation(checkout);
  return 0;
}

async function removeFrom(target: Target, deleteData: boolean, progress: Progress): Promise<void> {
  const { name } = contract;
  await progress.step(`Removing the server from ${target.name}`, async () => {
    if (deleteData) {
      await target.kubectl(['delete', 'namespace', name, '--ignore-not-found']);
      return;
    }
    const kinds = 'ingress,statefulset,service,poddisruptionbudget,networkpolicy';
    const mine = Object.entries(contract.labels).map(([key, value]) => `${key}=${value}`);
    await target.kubectl([
      'delete',
      kinds,
      '--namespace',
      name,
      '--selector',
      mine.join(','),
      '--ignore-not-found',
    ]);
  });
  if (deleteData) return;
  const claims = await target.kubectl([
    'get',
    'persistentvolumeclaims',
    '--namespace',
    name,
    '--output',
    'name',
  ]);
  print(
    `kept with their data: ${claims.split('\n').join(', ')} and the Secrets in namespace ${name}; ` +
      `delete them with '${target.kubectlHint} delete namespace ${name}'`,
  );
}
