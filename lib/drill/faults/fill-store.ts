import { ItemClient, UnexpectedAnswer } from '../../client/item-client';
import { contract } from '../../contract';
import { waitForRollout } from '../../deploy/rollout';
import { evenWhenInterrupted } from '../../process/interrupt';
import { waitFor } from '../../process/wait';
import { UserError } from '../../terminal/user-error';
import type { Fault, Scene } from '../fault';
import { ROLL_SECONDS } from './rolling-restart';

/** What may be stored more than there is, in bytes. */
const ROOM = 32 << 20;
/** A document nearly as large as may be. */
const BALLAST = 'x'.repeat(contract.limits.bodyBytes - 1024);
/** So many writes in a row that are taken: some by every member. */
const TAKEN = 30;

/**
 * The store is as large as it may be. Every member is given a small quota first, and its own back afterwards; both
 * take a planned restart, in which no request may fail either.
 */
export const fillStore: Fault = {
  name: 'fill-store',
  title: 'quota reached',
  roles: [],
  needs: 'any cluster',
  excuse: 'full',
  async strike(scene) {
    const { target, victim, others, way, hit, hold, detail } = scene;
    const quota = Math.max(...[victim, ...others].map(({ usedBytes }) => usedBytes)) + ROOM;
    const limit = (value: string) => [
      ...['set', 'env', `statefulset/${contract.name}`, '--namespace', contract.name],
      `${contract.environment.storeBytes}${value}`,
    ];
    const items = new ItemClient(way.frontDoor, way.host, way.token);
    const stored: string[] = [];
    const clear = () => Promise.all(stored.splice(0).map((id) => items.delete(id)));
    try {
      detail('giving members a small quota');
      await target.kubectl(limit(`=${quota}`));
      await waitForRollout(target, ROLL_SECONDS, detail);
      await hit([victim, ...others], async () => {
        detail('filling the store');
        await fill(items, stored, (2 * ROOM) / BALLAST.length);
        await hold(5);
        detail('deleting what filled it');
        await clear();
        await writesAreTaken(scene, items);
      });
    } finally {
      await evenWhenInterrupted(async () => {
        await clear();
        await items.close();
        await target.kubectl(limit('-'));
      });
    }
    await waitForRollout(target, ROLL_SECONDS, detail);
  },
};

/** Stores ballast until it is refused; `stored` has the ids. */
async function fill(items: ItemClient, stored: string[], most: number): Promise<void> {
  for (let n = 0; n < most; n += 1) {
    const id = `drill-ballast-${n}`;
    stored.push(id);
    try {
      await items.put(id, BALLAST);
    } catch (error) {
      if (error instanceof UnexpectedAnswer && error.status === 507) return;
      throw error;
    }
  }
  throw new UserError(`${Math.floor(most)} documents of 1 MiB were taken, twice as many as the quota allows`);
}

async function writesAreTaken({ detail }: Scene, items: ItemClient): Promise<void> {
  const attempt = async () => {
    for (let n = 0; n < TAKEN; n += 1) await items.put('drill-ballast-0', n);
    return true;
  };
  detail('waiting for writes to be taken again');
  await waitFor('that writes are taken again', attempt, { seconds: 120, every: 1000 });
  await items.delete('drill-ballast-0');
}
