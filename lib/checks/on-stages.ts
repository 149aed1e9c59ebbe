import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopLocal } from '../local/cluster';
import { cleanUpAfter } from '../process/clean-up-after';
import { closeAll } from '../process/close-all';
import { prepareStage } from '../rehearsal/stage';
import { asDetail, silent } from '../terminal/progress';
import type { Check, CheckContext, Outcome } from './check';
import { jest } from './jest';
import { oneAtATime } from './one-at-a-time';

type Project = 'rehearsed' | 'released';

/**
 * Tests that play accounts on this machine, each with a Kubernetes of its own. However they end, these are
 * stopped here, as jest ends at once where it is told to. Where accounts are follows from the checkout: what a run that
 * was killed left there, the next one finds and removes.
 */
export function onStages(name: Project, title: string, more: Pick<Check, 'onlyWhenNamed'> = {}): Check {
  return {
    name,
    title,
    mostlyWaits: true,
    ...more,
    run: (context) => oneAtATime(name, context, (stages) => runIn(stages, name, context)),
  };
}

async function runIn(stages: string, name: Project, context: CheckContext): Promise<Outcome> {
  await clear(stages);
  mkdirSync(stages, { recursive: true });
  return cleanUpAfter(
    async () => {
      // Tests are given some minutes each, which is too little for a machine that has to compile all of it first.
      await prepareStage(asDetail(context.detail));
      return await jest(name, context, { BERTH_STAGES: stages });
    },
    () => clear(stages),
  );
}

/** A folder of it is what the Kubernetes of one account belongs to. */
async function clear(stages: string): Promise<void> {
  mkdirSync(stages, { recursive: true });
  await closeAll(readdirSync(stages).map((stage) => () => stopLocal(join(stages, stage), silent)));
  // What a command that was not ended with jest still writes there may come in between.
  rmSync(stages, { recursive: true, force: true, maxRetries: 5 });
}
