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

/** The same for `test`, which builds the image and runs it on the local Kubernetes. */
export async function prepareChecks(progress: Progress): Promise<void> {
  const needed = [
    ...(await checkRequirements()),
    ...(await imageRequirements()),
    ...(await localRequirements()),
  ];
  await installMissing(needed, progress);
}
