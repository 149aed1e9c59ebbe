import { WITH_KUBERNETES } from '../checks/one-at-a-time';
import { checkRequirements } from '../checks/requirements';
import { imageRequirements } from '../image/requirements';
import { localRequirements } from '../local/requirements';
import { installMissing } from '../requirements/install';
import type { Target } from '../targets/target';
import type { Progress } from '../terminal/progress';

/** Installs or asks for what `up` needs on this machine before anything is begun. */
export async function prepare(target: Target, builds: boolean, progress: Progress): Promise<void> {
  await installMissing(
    [...(builds ? await imageRequirements() : []), ...(await target.requirements())],
    progress,
  );
}

/**
 * The same for `test`. The end-to-end tests build the image and run it on the local Kubernetes; other checks need less,
 * and so run on machines that have neither.
 */
export async function prepareChecks(checks: readonly string[], progress: Progress): Promise<void> {
  const needed = [
    ...(await checkRequirements(checks)),
    ...(WITH_KUBERNETES.some((check) => checks.includes(check))
      ? [...(await imageRequirements()), ...(await localRequirements())]
      : []),
  ];
  await installMissing(needed, progress);
}
