import { cacheDirectory } from '../installation/cache';
import { installationId } from '../installation/installation';
import { withLock } from '../process/lock';
import type { CheckContext, Outcome } from './check';

/** Checks that build the image and run it on a Kubernetes of their own, of which a machine has processors for one. */
export const WITH_KUBERNETES = ['e2e', 'rehearsed', 'released'] as const;

/**
 * Runs a check in a folder that follows from its name and the checkout: what a run that was killed left there, the next
 * one finds. Two runs for one checkout wait for each other.
 */
export function oneAtATime(
  name: (typeof WITH_KUBERNETES)[number],
  context: CheckContext,
  work: (folder: string) => Promise<Outcome>,
): Promise<Outcome> {
  const folder = cacheDirectory(name, installationId(context.checkout));
  const waiting = (pid: number) => {
    context.detail(`waiting for process ${pid}, which runs them`);
  };
  return withLock(`${folder}.lock`, waiting, () => work(folder));
}
