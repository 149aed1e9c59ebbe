import { setTimeout as sleep } from 'node:timers/promises';
import type { ItemClient } from '../../lib/client/item-client';

/** A light load through the Ingress that counts what fails and remembers what was acknowledged. */
export interface Load {
  /** Ends it and reads everything back. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly requests: number;
  /** Requests without the answer they ought to have, by what came instead. */
  readonly failed: readonly string[];
  /** Ids whose document is not the one acknowledged last. */
  readonly lost: readonly string[];
}

const CLIENTS = 4;
/**
 * Milliseconds of rest of each client. Some hundred requests a second are enough to meet what is away for a tenth of
 * one; more would take the processors from the pods that start. The drill is what asks as often as it can.
 */
const REST = 60;

/**
 * Each client writes items of its own, one request at a time, and reads every one back before the next.
 * @param items closed with the load
 */
export function startLoad(items: ItemClient, prefix: string): Load {
  const acknowledged = new Map<string, number>();
  const failed: string[] = [];
  let requests = 0;
  let running = true;
  const attempt = async (what: string, request: () => Promise<unknown>) => {
    requests += 1;
    try {
      return await request();
    } catch (error) {
      failed.push(`${new Date().toISOString()} ${what}: ${String(error)}`);
      return undefined;
    }
  };
  const work = async (number: number) => {
    for (let n = 0; running; n += 1) {
      // Some are new, some are written again.
      const id = `${prefix}-${number}-${n % 50}`;
      if (await attempt(`PUT ${id}`, () => items.put(id, { n }))) {
        acknowledged.set(id, n);
        await attempt(`GET ${id}`, async () => {
          const found = (await items.get(id)) as { n: number } | undefined;
          if (found?.n !== n)
            throw new Error(`it has ${found?.n ?? 'no document'}, and ${n} was acknowledged`);
        });
      }
      await sleep(REST);
    }
  };
  const workers = Promise.all(Array.from({ length: CLIENTS }, (_, number) => work(number)));
  return {
    async stop() {
      running = false;
      await workers;
      const found = new Map((await items.list(`${prefix}-`)).map((item) => [item.id, item.document]));
      const lost = [...acknowledged].filter(
        ([id, n]) => (found.get(id) as { n: number } | undefined)?.n !== n,
      );
      await Promise.all([...found.keys()].map((id) => items.delete(id)));
      await items.close();
      return { requests, failed, lost: lost.map(([id]) => id) };
    },
  };
}
