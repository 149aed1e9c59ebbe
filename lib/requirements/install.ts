import { run, succeeds } from '../process/run';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import type { Requirement } from './requirement';

/**
 * Installs what is missing where this may be done without asking: as root on Debian and its kin.
 * @throws UserError anywhere else, or when something has no Debian package: what is missing, what for, how to get it
 */
export async function installMissing(
  requirements: readonly Requirement[],
  progress: Progress,
): Promise<void> {
  const missing = requirements.filter((requirement) => !requirement.found);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage?.split(' ') ?? []))];
  const nowhere = missing.some(({ debianPackage }) => debianPackage === undefined);
  if (nowhere || process.getuid?.() !== 0 || !(await succeeds('apt-get', ['--version']))) {
    const lines = [
      'this machine lacks:',
      ...missing.map(({ name, why }) => `  ${name}: ${why}`),
      ...(packages.length > 0 ? [`  on Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}`] : []),
      '  with minikube the local Kubernetes is not needed: https://minikube.sigs.k8s.io/docs/start/',
    ];
    throw new UserError(lines.join('\n'));
  }
  await progress.step(`Installing Debian packages: ${packages.join(' ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '--quiet'], { env });
    await run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...packages], { env });
  });
}
