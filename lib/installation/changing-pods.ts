import { withLock } from '../process/lock';
import { UserError } from '../terminal/user-error';
import { installationDirectory } from './installation';

/**
 * Does what changes the pods of a checkout's installation, unless another command that does it this way is at it: a
 * drill would count what a roll beside it does as its own faults, and two of them would write one history. Releases have
 * a record of their own in the cluster, which commands on other machines see as well; and `down` ends whatever runs.
 * @throws UserError another one is at it
 */
export async function changingPods<T>(checkout: string, work: () => Promise<T>): Promise<T> {
  const refuse = (pid: number) => {
    throw new UserError(
      `another command (process ${pid}) is changing the pods of this installation; wait until it has ended, or end it with Ctrl-C`,
    );
  };
  // Beside the directory, which is made for its owner alone, and goes when a first `up` is interrupted.
  return withLock(`${installationDirectory(checkout)}.lock`, refuse, work);
}
