import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanUpAfter } from '../process/clean-up-after';
import { closeAll } from '../process/close-all';
import { run } from '../process/run';
import type { Check, CheckContext, Outcome } from './check';
import { jest } from './jest';
import { oneAtATime } from './one-at-a-time';

/**
 * `bin/berth up` from a copy of this checkout, as a stranger would run it, then the tests in test/e2e against what it
 * made. Copies have local Kubernetes of their own, so one that runs for this checkout is left alone. Where they are
 * follows from the checkout: what a run that was killed left there, the next one finds and removes.
 */
export const endToEnd: Check = {
  name: 'e2e',
  title: 'End to end on the local Kubernetes',
  mostlyWaits: true,
  run: (context) => oneAtATime('e2e', context, (place) => runIn(place, context)),
};

async function runIn(place: string, context: CheckContext): Promise<Outcome> {
  const { checkout, log, detail } = context;
  // The second is for tests of a cluster's whole life beside the first.
  const [first, second] = [join(place, 'first'), join(place, 'second')] as const;
  const down = () =>
    closeAll([first, second].map((copy) => () => run(join(copy, 'bin', 'berth'), ['down'], { log })));
  const remove = async () => {
    await down();
    rmSync(place, { recursive: true });
  };
  await copyTo(first, checkout);
  await copyTo(second, checkout);
  return cleanUpAfter(async () => {
    detail('bin/berth down, for what an earlier run may have left');
    await down();
    detail('bin/berth up');
    const up = ['up', '--on', 'local', '--nodes', '3', '--json'];
    const result = await run(join(first, 'bin', 'berth'), up, {
      log,
      onLine: (line) => {
        if (/^ *[…✓]/.test(line)) detail(`bin/berth up: ${line.trim()}`); // And not its result, which is JSON.
      },
    });
    detail('');
    const env = { BERTH_E2E_CHECKOUT: first, BERTH_E2E_SECOND: second, BERTH_E2E_UP: result };
    return await jest('e2e', context, env);
  }, remove);
}

/** The files git knows of or would add, as they are now; the Node packages are shared. */
async function copyTo(copy: string, checkout: string): Promise<void> {
  rmSync(copy, { recursive: true, force: true });
  const list = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: checkout,
  });
  for (const file of list.split('\0').filter((name) => name !== '')) {
    const target = join(copy, file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(checkout, file), target, { force: true });
  }
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
}
