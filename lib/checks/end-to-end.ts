import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { evenWhenInterrupted } from '../process/interrupt';
import { run } from '../process/run';
import type { Check, Outcome } from './check';
import { jest } from './jest';

/**
 * `bin/berth up` from a copy of this checkout, as a stranger would run it, then the tests in test/e2e against what it
 * made. The copy has a local Kubernetes of its own, so one that runs for this checkout is left alone.
 */
export const endToEnd: Check = {
  name: 'e2e',
  title: 'End to end on the local Kubernetes',
  async run(context): Promise<Outcome> {
    const copy = await copyOf(context.checkout);
    const berth = join(copy, 'bin', 'berth');
    try {
      context.detail('bin/berth up');
      const { log } = context;
      const result = await run(berth, ['up', '--on', 'local', '--nodes', '3', '--json'], {
        log,
        onLine: context.detail,
      });
      return await jest('e2e', context, { BERTH_E2E_CHECKOUT: copy, BERTH_E2E_UP: result });
    } finally {
      await evenWhenInterrupted(() => run(berth, ['down'], { log: context.log }));
      rmSync(dirname(copy), { recursive: true, force: true });
    }
  },
};

/** The files git knows of or would add, as they are now; the Node packages are shared. */
async function copyOf(checkout: string): Promise<string> {
  const copy = join(realpathSync(mkdtempSync(join(tmpdir(), 'berth-e2e-'))), 'berth');
  const list = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: checkout,
  });
  for (const file of list.split('\0').filter((name) => name !== '')) {
    const target = join(copy, file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(checkout, file), target, { force: true });
  }
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
