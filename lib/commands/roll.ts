import { changingPods } from '../installation/changing-pods';
import { proveRoll, verdict } from '../proof/roll-proof';
import { assertNoReleaseUnderWay } from '../release/under-way';
import { terminalProgress } from '../terminal/progress';
import { checkout } from './checkout';
import { installed, withClient } from './installed';
import { print, printJson } from './output';

/** Rolls every pod and checks that nothing is lost; exit status 1 and the ids when something is. */
export async function roll(options: { readonly json?: boolean }): Promise<number> {
  const where = await installed();
  await assertNoReleaseUnderWay(where.target);
  const proof = await changingPods(checkout, () =>
    withClient(where, (client) => proveRoll(where.target, client, terminalProgress())),
  );
  if (options.json) printJson(proof);
  else print(verdict(proof));
  return proof.missing.length + proof.different.length === 0 ? 0 : 1;
}
