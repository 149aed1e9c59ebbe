import { isDeepStrictEqual } from 'node:util';
import type { ItemClient } from '../client/item-client';
import { podIdentities, restart, waitForRollout } from '../deploy/rollout';
import { waitFor } from '../process/wait';
import type { Target } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { compare, type Comparison } from './compare';
import { sampleData } from './sample-data';

/** A roll takes the drain and grace of each pod in turn. */
const ROLL_SECONDS = 300;
/** The Ingress controller hears of a pod that became ready a moment after the kubelet says so. */
const ANSWER_SECONDS = 60;

export interface RollProof extends Comparison {
  /** Pods that were replaced. */
  readonly rolled: readonly string[];
}

/**
 * Writes the sample data through the Ingress, rolls every pod, reads everything back and compares.
 * Items that were there before count as well; none of them is overwritten.
 */
export async function proveRoll(target: Target, client: ItemClient, progress: Progress): Promise<RollProof> {
  await progress.step('Reaching the server through the Ingress', () => untilReady(client));
  const before = await progress.step('Writing the countries of the world', async (detail) => {
    const created = new Map<string, unknown>();
    await Promise.all(
      [...sampleData()].map(async ([id, document]) => {
        if (await client.put(id, document, { create: true })) created.set(id, document);
      }),
    );
    const items = await client.list();
    const stored = new Map(items.map((item) => [item.id, item.document]));
    const wrong = [...created].filter(([id, document]) => !isDeepStrictEqual(stored.get(id), document));
    if (wrong.length > 0) {
      throw new UserError(`written but not read back before the roll: ${wrong.map(([id]) => id).join(', ')}`);
    }
    detail(`${created.size} created, ${items.length} items in the store`);
    return items;
  });
  const rolled = await progress.step('Rolling every pod', async (detail) => {
    const first = await podIdentities(target);
    await restart(target);
    await waitForRollout(target, ROLL_SECONDS, detail);
    const second = await podIdentities(target);
    const replaced = [...first].filter(([name, uid]) => second.get(name) !== uid).map(([name]) => name);
    if (replaced.length !== first.size) {
      throw new UserError(`only ${replaced.length} of ${first.size} pods were replaced by the roll`);
    }
    detail(replaced.join(', '));
    return replaced;
  });
  return progress.step('Reading everything back', async (detail) => {
    await untilReady(client);
    const comparison = compare(before, await client.list());
    detail(`${comparison.kept} of ${before.length} items unchanged`);
    return { ...comparison, rolled };
  });
}

/** Several answers in a row: one alone may have come from a pod that is on its way out. */
async function untilReady(client: ItemClient): Promise<void> {
  let inARow = 0;
  await waitFor(
    'an answer from the server through the Ingress',
    async () => {
      inARow = (await client.ready()) ? inARow + 1 : 0;
      if (inARow < 3) throw new Error(inARow === 0 ? 'it answers that it is not ready' : 'not yet steady');
      return true;
    },
    { seconds: ANSWER_SECONDS },
  );
}

/** The verdict for a person: one line when all is well, else every id that is not. */
export function verdict(proof: RollProof): string {
  if (proof.missing.length === 0 && proof.different.length === 0) {
    return `${proof.kept} items before the roll, ${proof.kept} after it, none lost`;
  }
  return [
    ...proof.missing.map((id) => `missing: ${id}`),
    ...proof.different.map((id) => `different: ${id}`),
    `${proof.kept} items kept, ${proof.missing.length} missing, ${proof.different.length} different`,
  ].join('\n');
}
