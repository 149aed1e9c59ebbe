import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { fill, measure, NOTHING, untilReady, type Target } from './measure';
import { loopback, namespaces } from './network';
import type { Plan } from './plan';
import type { Programs } from './programs';
import type { Sample } from './result';
import { berth } from './systems/berth';
import { empty } from './systems/empty';
import { etcd } from './systems/etcd';
import { postgres } from './systems/postgres';
import { stop, type Running, type System } from './systems/system';

/** What is compared; the last only where one process is all there is. */
const SYSTEMS: readonly System[] = [berth, etcd, postgres];

/**
 * Measures all systems with that many members. They run at the same time and are driven one after the other, in an
 * order that changes from round to round, so that none of them has the machine's better minutes.
 */
export async function sideBySide(
  plan: Plan,
  members: number,
  directory: string,
  programs: Programs,
  progress: Progress,
): Promise<Sample[]> {
  const network = members === 1 ? loopback() : await namespaces(members, directory);
  const systems = members === 1 ? [...SYSTEMS, empty] : SYSTEMS;
  const started: Running[] = [];
  try {
    const targets = new Map<System, Target | UserError>();
    await progress.step(`Starting what is compared, ${membersOf(members)}`, async (detail) => {
      for (const system of systems) {
        detail(system.name);
        const begun = performance.now();
        const place = {
          network,
          directory: join(directory, `${system.name.replaceAll(' ', '-')}-${members}`),
          programs,
        };
        try {
          const running = await system.start(place);
          started.push(running);
          const target = { running, network, load: programs.load };
          await untilReady(target, begun);
          await fill(target, 0, plan.items, plan.bytes);
          targets.set(system, target);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          targets.set(system, error); // The others are measured all the same.
        }
      }
    });
    return await runRounds(plan, members, targets, progress);
  } finally {
    await evenWhenInterrupted(async () => {
      for (const running of started.reverse()) await stop(running);
      await network.remove();
    });
  }
}

async function runRounds(
  plan: Plan,
  members: number,
  targets: ReadonlyMap<System, Target | UserError>,
  progress: Progress,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const title = `Measuring, ${membersOf(members)}`;
  const total = plan.rounds * plan.operations.length * plan.clients.length * targets.size;
  await progress.step(title, async (detail) => {
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const operation of plan.operations) {
        for (const clients of plan.clients) {
          for (const [system, target] of rotate([...targets], round)) {
            detail(`${samples.length + 1} of ${total}: ${system.name}, ${operation}, ${clients} clients`);
            const measured =
              target instanceof UserError
                ? { ...NOTHING, error: target.message }
                : await measure(target, operation, clients, plan);
            samples.push({ ...measured, system: system.name, members, operation, clients, round });
          }
        }
      }
    }
  });
  return samples;
}

/** The same in the same order, but beginning with another one each time. */
export function rotate<T>(list: readonly T[], by: number): T[] {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

function membersOf(members: number): string {
  return members === 1 ? 'one member' : `${members} members`;
}
