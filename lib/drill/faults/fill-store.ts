import { ItemClient, UnexpectedAnswer } from '../../client/item-client';
import { contract } from '../../contract';
import { change } from '../../deploy/rollout';
import { evenWhenInterrupted } from '../../process/interrupt';
import { waitFor } from '../../process/wait';
import { UserError } from '../../terminal/user-error';
import type { Fault, Scene } from '../fault';
import { ROLL_SECONDS } from './rolling-restart';

/** What may be stored more than there is, in bytes. */
const ROOM = 32 << 20;
/** Sizes of documents that fill it, in bytes: those that follow go where the one before does not fit any more. */
const SIZES = [contract.limits.bodyBytes - 1024, 64 << 10, 8 << 10, 1024] as const;
/** How long it stays full. */
const FULL_SECONDS = 5;
/** So many writes in a row that are taken. */
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
    const { target, victim, others, way, rollouts, hit, hold, detail } = scene;
    const quota = Math.max(...[victim, ...others].map(({ usedBytes }) => usedBytes)) + ROOM;
    const limit = (value: string) =>
      change(target, ['set', 'env'], `${contract.environment.storeBytes}${value}`);
    let back = 0;
    const items = new ItemClient(way.frontDoor, way.host, way.token);
    const ballast = new Ballast(items, quota);
    try {
      // The clients alone may fill it while the last member still gets its quota.
      await hit([victim, ...others], async () => {
        detail('giving members a small quota');
        await rollouts.wait(await limit(`=${quota}`), ROLL_SECONDS, detail);
        detail('filling the store');
        await ballast.fill();
        for (let second = 0; second < FULL_SECONDS; second += 1) {
          await hold(1);
          // A store that is full gives up history, and so has room again for some small ones.
          await ballast.fill();
        }
        detail('deleting what filled it');
        await ballast.clear();
        await writesAreTaken(scene, items);
      });
    } finally {
      await evenWhenInterrupted(async () => {
        // The quota stays in the StatefulSet, which may be of a cluster others use; so whatever else fails.
        try {
          await ballast.clear().finally(() => items.close());
        } finally {
          back = await limit('-');
        }
      });
    }
    await rollouts.wait(back, ROLL_SECONDS, detail);
  },
};

/** Documents that take up the room there is. */
class Ballast {
  private readonly stored: string[] = [];
  private taken = 0;

  /** @param most is what a store with this quota cannot hold more than, whatever history it gives up; in bytes */
  constructor(
    private readonly items: ItemClient,
    private readonly most: number,
  ) {}

  /** Stores documents until even small ones are refused. */
  async fill(): Promise<void> {
    for (const size of SIZES) while (await this.fits('x'.repeat(size)));
  }

  async clear(): Promise<void> {
    await Promise.all(this.stored.splice(0).map((id) => this.items.delete(id)));
  }

  private async fits(document: string): Promise<boolean> {
    if (this.taken > this.most) throw new UserError(`${this.taken} bytes were taken, and none was refused`);
    const id = `drill-ballast-${this.stored.length}`;
    this.stored.push(id);
    try {
      await this.items.put(id, document);
      this.taken += document.length;
      return true;
    } catch (error) {
      if (error instanceof UnexpectedAnswer && error.status === 507) return false;
      throw error;
    }
  }
}

/** Each member decides by itself, so some by every member, and larger ones than clients have. */
async function writesAreTaken({ detail }: Scene, items: ItemClient): Promise<void> {
  const document = 'x'.repeat(SIZES[1]);
  const attempt = async () => {
    for (let n = 0; n < TAKEN; n += 1) await items.put('drill-ballast-0', document);
    return true;
  };
  detail('waiting for writes to be taken again');
  await waitFor('that writes are taken again', attempt, { seconds: 120, every: 1000 });
  await items.delete('drill-ballast-0');
}
