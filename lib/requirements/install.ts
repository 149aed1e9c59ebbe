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
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []))];
  const elsewhere = missing.filter(({ debianPackage }) => debianPackage === undefined);
  const list = (some: readonly Requirement[]) => some.map(({ name, why }) => `  ${name}: ${why}`).join('\n');
  if (elsewhere.length > 0) throw new UserError(`this machine lacks:\n${list(elsewhere)}`);
  if (process.getuid?.() !== 0 || !(await succeeds('apt-get', ['--version']))) {
    throw new UserError(
      `this machine lacks:\n${list(missing)}\n` +
        `  on Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}\n` +
        '  or install minikube, which needs none of them: https://minikube.sigs.k8s.io/docs/start/',
    );
  }
  await progress.step(`Installing Debian packages: ${packages.join(' ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '--quiet'], { env });
    await run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...packages], { env });
  });
}
