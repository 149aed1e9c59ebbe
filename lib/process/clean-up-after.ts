import { messageOf } from '../terminal/user-error';
import { evenWhenInterrupted, Interrupted } from './interrupt';

/**
 * Does some work and cleans up however it ends. In a `finally`, a clean-up that fails would hide why the work did.
 * @throws what the work threw, with what kept it from being cleaned up after; else what the clean-up threw
 */
export async function cleanUpAfter<T>(work: () => Promise<T>, cleanUp: () => Promise<unknown>): Promise<T> {
  const done = await work().catch(async (error: unknown) => {
    const left = await evenWhenInterrupted(cleanUp).then(
      () => undefined,
      (failure: unknown) => messageOf(failure),
    );
    // It stays the error that it is, as others are told apart by what they are.
    if (left !== undefined && error instanceof Error && !(error instanceof Interrupted)) {
      error.message += `\nand could not be cleaned up after: ${left}`;
    }
    throw error;
  });
  await evenWhenInterrupted(cleanUp);
  return done;
}
