import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import type { Progress } from '../terminal/progress';
import { fill, resident, untilReady } from './measure';
import { loopback } from './network';
import type { Plan } from './plan';
import type { Programs } from './programs';
import type { Footprint } from './result';
import { berth } from './systems/berth';
import { stop } from './systems/system';

/** How this server starts and what memory it takes: empty, and with each number of items in turn. */
export async function footprints(
  plan: Plan,
  directory: string,
  programs: Programs,
  progress: Progress,
): Promise<Footprint[]> {
  const network = loopback();
  const place = { network, directory: join(directory, 'footprint'), programs };
  /** Starts, lets `work` be done, and stops. */
  const once = async (work: (target: Parameters<typeof fill>[0]) => Promise<void>) => {
    const begun = performance.now();
    const running = await berth.start(place);
    const target = { running, network, load: programs.load };
    try {
      const ready = await untilReady(target, begun);
      const rssStarted = await resident(target);
      await work(target);
      return { ready, rssStarted };
    } finally {
      await evenWhenInterrupted(() => stop(running));
    }
  };
  return progress.step('Measuring the start and the memory', async (detail) => {
    detail('empty');
    const found: Footprint[] = [];
    let items = 0;
    let rssWritten: number | undefined;
    for (const next of [...plan.sizes, undefined]) {
      let grown: number | undefined;
      const start = await once(async (target) => {
        if (next === undefined) return;
        detail(`${next.toLocaleString('en')} items`);
        await fill(target, items, next, plan.bytes);
        grown = await resident(target);
      });
      found.push({ items, ...start, ...(rssWritten === undefined ? {} : { rssWritten }) });
      items = next ?? items;
      rssWritten = grown;
    }
    return found;
  });
}
