import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { run, succeeds } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { Cluster } from './target';

/**
 * Does `work` with the EKS cluster of an account, as whoever's AWS credentials this process has: the AWS CLI writes a
 * kubeconfig into a folder of its own, which is gone afterwards; a person's kubeconfig is left alone.
 * @throws UserError a program is missing, or the cluster is not there for these credentials
 */
export async function withAccountCluster<T>(
  { name, region }: { readonly name: string; readonly region: string },
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  await requirePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'berth-kubeconfig-'));
  const kubeconfig = join(folder, 'config');
  try {
    const which = ['--region', region, '--name', name];
    await run('aws', ['eks', 'update-kubeconfig', ...which, '--kubeconfig', kubeconfig]);
    return await work({
      name: `EKS cluster ${name} in ${region}`,
      kubectl: (args, options) => run('kubectl', ['--kubeconfig', kubeconfig, ...args], options),
      // With a kubeconfig of the person's own, as this one is gone when it is read.
      kubectlHint: `aws eks update-kubeconfig ${which.join(' ')} && kubectl`,
    });
  } finally {
    await evenWhenInterrupted(() => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    });
  }
}

async function requirePrograms(): Promise<void> {
  const programs = [
    { name: 'aws', asked: ['--version'], from: 'https://docs.aws.amazon.com/cli/' },
    { name: 'kubectl', asked: ['version', '--client'], from: 'https://kubernetes.io/docs/tasks/tools/' },
  ];
  for (const { name, asked, from } of programs) {
    if (await succeeds(name, asked)) continue;
    throw new UserError(
      `the account's cluster is reached with ${name}, which is not here; get it from ${from}`,
    );
  }
}
