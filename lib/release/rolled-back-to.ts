import { UserError } from '../terminal/user-error';
import type { ReleaseRecord } from './journal';
import { pendingOf } from './release';

/**
 * The image that a rollback means. Without one named: while a release is half done, or on its way back, the one before
 * it; where that is itself a rollback, what it goes to; else the image before the one that was released last.
 * @param image whole, or its digest
 * @throws UserError it was never released here, or nothing was
 */
export function rolledBackTo(records: readonly ReleaseRecord[], image: string | undefined): string {
  const released = records.filter(({ outcome }) => outcome === 'released');
  if (image === undefined) {
    const pending = pendingOf(records);
    if (pending) return pending.kind === 'rollback' ? pending.image : pending.previous;
    const last = released.at(-1);
    if (last) return last.previous;
    throw new UserError('there is no release to go back from; name an image to release', { exitCode: 2 });
  }
  const known = [...new Set(released.flatMap((record) => [record.previous, record.image]))];
  const found = known.find((one) => one === image || one.endsWith(`@${image}`));
  if (found !== undefined) return found;
  throw new UserError(
    `'${image}' was never released here; allowed: ${known.join(', ') || '(nothing yet)'}\n  fix: 'bin/berth release' takes any image`,
    { exitCode: 2 },
  );
}
