import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { run } from '../process/run';
import type { Progress } from '../terminal/progress';
import { footprints } from './footprint';
import { describeMachine } from './machine';
import type { Plan } from './plan';
import { buildPrograms, DRIVER, etcdVersion } from './programs';
import { summarize, type Result, type Sample } from './result';
import { sideBySide } from './side-by-side';
import { postgresPrograms } from './systems/postgres';

/** Where data is put: on a disk everywhere, unlike /tmp, and where the database's user may go. */
const PARENT = '/var/tmp';

/** Measures this server beside etcd and beside a plain server over PostgreSQL. Leaves nothing behind. */
export async function bench(plan: Plan, checkout: string, progress: Progress): Promise<Result> {
  const directory = mkdtempSync(join(PARENT, 'berth-bench-'));
  chmodSync(directory, 0o755);
  try {
    const machine = describeMachine(directory); // Before compiling, which is load too.
    const programs = await buildPrograms(checkout, join(directory, 'programs'), progress);
    const samples: Sample[] = [];
    for (const members of plan.members) {
      samples.push(...(await sideBySide(plan, members, directory, programs, progress)));
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      machine,
      versions: {
        go: (await run('go', ['env', 'GOVERSION'], { cwd: DRIVER })).replace(/^go/, ''),
        etcd: etcdVersion(DRIVER),
        postgres: (await run(join(postgresPrograms() ?? '', 'postgres'), ['--version'])).replace(/^\D+/, ''),
      },
      rounds: plan.rounds,
      measureSeconds: plan.measure,
      rows: summarize(samples),
      footprints: await footprints(plan, directory, programs, progress),
      binaryBytes: statSync(programs['berth-server']).size,
    };
  } finally {
    await evenWhenInterrupted(() => {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    });
  }
}
