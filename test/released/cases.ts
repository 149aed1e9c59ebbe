import { statSync } from 'node:fs';
import type { ItemClient } from '../../lib/client/item-client';
import { isReady, pods } from '../../lib/deploy/pods';
import type { ReleaseRecord } from '../../lib/release/journal';
import { imageOf, readSet } from '../../lib/release/stateful-set';
import type { Target } from '../../lib/targets/target';
import { endedWith, type Ended, type KillAt } from './berth';
import { cutConnectionsTo } from './cut-connections';
import type { ReleaseImages } from './images';
import { startLoad, type LoadResult } from './load';

/** Where images are released in these cases: three pods that are ready, and clients that reach them. */
export interface Place {
  readonly target: Target;
  readonly images: ReleaseImages;
  /** The image that runs before the first case. */
  readonly before: string;
  /** A client of the service, through its front door. */
  client(): ItemClient;
  /** `bin/berth`, told where to release; killed, if asked so, at that moment. */
  berth(args: readonly string[], killAt?: KillAt): Promise<Ended>;
  /** What everyone who declares the image says it is, beside the set itself. */
  declared(): Promise<string[]>;
  readonly registry: {
    /** Host and port it is pushed to. */
    readonly address: string;
    /** A reference to an image that nobody pushed. */
    readonly absent: string;
    /** Pushes under a tag by another way than the registry's own address. */
    pushBy(address: string, archive: string, tag: string): Promise<unknown>;
    has(tag: string): Promise<boolean>;
  };
  /** Moments in which a rollback is killed, one after the other. */
  readonly killedAt: readonly KillAt[];
  /** What else must hold while a release is interrupted. */
  whileInterrupted?(): Promise<void>;
}

/**
 * Seconds a pod gets whose image is never ready, to come to its end sooner. The other pods get the product's 60, as they
 * start beside other checks here.
 */
const HOPELESS_SECONDS = '15';

/**
 * Releases of images good and bad, all under load: what clients see of them, and that everyone agrees afterwards.
 * @param given asked in each test, as places are made before the first
 */
export function releaseCases(given: () => Place): void {
  /** The image that was released last. */
  let good: string;

  const release = (image: string, killAt?: RegExp, options: readonly string[] = []) =>
    given().berth(['release', image, ...options, '--json'], killAt);

  /** What is declared, and what runs: the same, everywhere, and ready. */
  const expectAllOn = async (image: string) => {
    const running = (await pods(given().target)).map((pod) => [pod.spec.containers[0]?.image, isReady(pod)]);
    expect(running).toEqual([1, 2, 3].map(() => [image, true]));
    const set = await readSet(given().target);
    const declared = [...(await given().declared()), set && imageOf(set)];
    expect(declared).toEqual(declared.map(() => image));
  };

  /** The uid of each pod: a pod that was made anew has another. */
  const uids = async () => (await pods(given().target)).map((pod) => pod.metadata.uid);

  /** Does it while clients write and read through the front door, and returns what they saw. */
  const underLoad = async (work: () => Promise<void>): Promise<LoadResult> => {
    const load = startLoad(given().client(), 'released');
    try {
      await work();
    } catch (error) {
      await load.stop();
      throw error;
    }
    return load.stop();
  };

  const expectNothingFailed = (seen: LoadResult) => {
    expect(seen).toMatchObject({ failed: [], lost: [] });
    expect(seen.requests).toBeGreaterThan(100);
  };

  test('a good image reaches every pod, one after the other, and no request fails', async () => {
    good = await given().images.good('good');
    const seen = await underLoad(async () => {
      endedWith(0, await release(good));
    });
    await expectAllOn(good);
    expectNothingFailed(seen);
  });

  test('an image that crashes is taken back with what it said, also when the way back is killed in its middle', async () => {
    const bad = await given().images.crashes();
    const seen = await underLoad(async () => {
      endedWith(null, await release(bad, /✓ Taking the bad pod away/));
      const ended = endedWith(1, await release(bad));
      expect(ended.err).toContain('berth-2 ends again and again');
      expect(ended.err).toContain('the moon is full');
      expect(ended.err).toContain('container ended with status 3');
      expect(ended.err).toContain('no request reached the bad pod');
    });
    await expectAllOn(good);
    expectNothingFailed(seen);
  });

  test('an image that never gets ready is taken back when its time is over, and no request fails', async () => {
    const bad = await given().images.neverReady();
    const seen = await underLoad(async () => {
      const ended = endedWith(1, await release(bad, undefined, ['--pod-seconds', HOPELESS_SECONDS]));
      expect(ended.err).toContain(`berth-2 did not become ready within ${HOPELESS_SECONDS} s`);
      expect(JSON.parse(ended.out)).toMatchObject({ changed: false, outcome: 'reverted', previous: good });
      expect(ended.err).toContain('waiting for the tide');
      expect(ended.err).toContain('Startup probe failed');
      expect(ended.err).toContain('no request reached the bad pod');
    });
    await expectAllOn(good);
    expectNothingFailed(seen);
  });

  test('an image that answers wrongly is taken back, and no more than one pod ever had it', async () => {
    const bad = await given().images.answersWrongly();
    const before = await uids();
    const seen = await underLoad(async () => {
      const ended = endedWith(1, await release(bad));
      expect(ended.err).toContain('berth-2 answers wrongly: GET /v1/items/berth-release-check.');
      expect(ended.err).toMatch(
        /no request reached the bad pod|one pod of the bad image was in service for [\d.]+ s/,
      );
    });
    await expectAllOn(good);
    const after = await uids();
    expect(after.filter((uid) => before.includes(uid))).toHaveLength(2);
    // Wrong answers there may be; but the store has what was acknowledged, and nothing else failed.
    expect(seen.failed.filter((line) => !/it has .* was acknowledged$/.test(line))).toEqual([]);
    expect(seen.lost).toEqual([]);
  });

  test('a push that is cut off half way leaves no tag, cannot be released, and is completed by the next one', async () => {
    const { registry, images } = given();
    const archive = await images.archive('cut-off');
    const way = await cutConnectionsTo(registry.address, statSync(archive).size / 4);
    const push = registry.pushBy(way.address, archive, 'cut-off');
    await expect(push).rejects.toThrow();
    await way.close();
    expect(way.sent()).toBeGreaterThan(1_000_000);
    expect(await registry.has('cut-off')).toBe(false);

    const ended = endedWith(1, await release(registry.absent));
    expect(ended.err).toContain('does not have it; push it first');
    await expectAllOn(good);
    expect(await images.good('cut-off')).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(await registry.has('cut-off')).toBe(true);
  });

  test('a rollback that is killed at any step is gone on with by the same command, and the history tells all of it', async () => {
    const place = given();
    const rollback = (killAt?: KillAt) => place.berth(['rollback'], killAt);
    const seen = await underLoad(async () => {
      for (const moment of place.killedAt) endedWith(null, await rollback(moment));
      await place.whileInterrupted?.();
      const ended = endedWith(0, await rollback());
      expect(ended.err).toContain('Going on with the rollback');
    });
    await expectAllOn(place.before);
    expectNothingFailed(seen);
    const history = JSON.parse((await place.berth(['releases', '--json'])).out) as ReleaseRecord[];
    expect(history.slice(0, 5).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'rollback released',
      'release reverted',
      'release reverted',
      'release reverted',
      'release released',
    ]);
  });
}
