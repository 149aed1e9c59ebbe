import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { obstacleToPulling, pushImage } from '../../lib/image/push';
import { startRegistry } from '../../lib/local/registry';
import type { ReleaseRecord } from '../../lib/release/journal';
import { silent } from '../../lib/terminal/progress';
import { cutConnectionsTo } from './cut-connections';
import { copy, kubectl, up } from './environment';
import { startLoad, type LoadResult } from './load';
import { releaseImages, type ReleaseImages } from './release-images';

/** Seconds a new pod gets: the product's 60 would only make an image that is never ready take longer. */
const POD_SECONDS = '15';
let images: ReleaseImages;
/** Host and port of the registry that nodes pull from. */
let registry: string;
/** The image that was released last. */
let good: string;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** `bin/berth` of the copy; killed, if asked so, as soon as it has said what matches. */
function berth(args: readonly string[], killAt?: RegExp): Promise<Ended> {
  const started = Date.now();
  const child = spawn(join(copy, 'bin', 'berth'), args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    if (killAt?.test(err)) process.kill(-(child.pid ?? 0), 'SIGKILL');
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err, seconds: (Date.now() - started) / 1000 });
    });
  });
}

async function done(...args: string[]): Promise<void> {
  const { code, err } = await berth(args);
  if (code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${code}: ${err}`);
}

const release = (image: string, killAt?: RegExp) =>
  berth(['release', image, '--pod-seconds', POD_SECONDS, '--json'], killAt);

/** The uid of each pod: a pod that was made anew has another. */
async function uids(): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.uid}';
  return (await kubectl(['get', 'pods', '--namespace', 'berth', '--output', path])).split(' ');
}

/** What is declared, and what runs: the same, everywhere, and ready. */
async function expectAllOn(image: string): Promise<void> {
  const { out } = await berth(['status', '--json']);
  const now = JSON.parse(out) as { image: string; pods: { image: string; ready: boolean }[] };
  const pods = now.pods.map((pod) => [pod.image, pod.ready]);
  expect([now.image, pods]).toEqual([image, [1, 2, 3].map(() => [image, true])]);
}

/** Does it while clients write and read through the Ingress, and returns what they saw. */
async function underLoad(work: () => Promise<void>): Promise<LoadResult> {
  const load = startLoad('released');
  try {
    await work();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return load.stop();
}

function expectNothingFailed(seen: LoadResult): void {
  expect(seen).toMatchObject({ failed: [], lost: [] });
  expect(seen.requests).toBeGreaterThan(100);
}

beforeAll(async () => {
  await done('scale', '3');
  registry = await startRegistry(copy, silent);
  images = await releaseImages(copy, `${registry}/berth`);
});

afterAll(async () => {
  await done('scale', '1', '--delete-volumes');
});

test('a good image reaches every pod, one after the other, and no request fails', async () => {
  good = await images.good('good');
  const seen = await underLoad(async () => {
    expect(await release(good)).toMatchObject({ code: 0 });
  });
  await expectAllOn(good);
  expectNothingFailed(seen);
});

test('an image that crashes is taken back with what it said, also when the way back is killed in its middle', async () => {
  const bad = await images.crashes();
  const seen = await underLoad(async () => {
    expect(await release(bad, /✓ Taking the bad pod away/)).toMatchObject({ code: null });
    const ended = await release(bad);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('berth-2 ends again and again');
    expect(ended.err).toContain('the moon is full');
    expect(ended.err).toContain('container ended with status 3');
    expect(ended.err).toContain('no request reached the bad pod');
  });
  await expectAllOn(good);
  expectNothingFailed(seen);
});

test('an image that never gets ready is taken back when its time is over, and no request fails', async () => {
  const bad = await images.neverReady();
  const seen = await underLoad(async () => {
    const ended = await release(bad);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(`berth-2 did not become ready within ${POD_SECONDS} s`);
    expect(JSON.parse(ended.out)).toMatchObject({ changed: false, outcome: 'reverted', previous: good });
    expect(ended.err).toContain('waiting for the tide');
    expect(ended.err).toContain('Startup probe failed');
    expect(ended.err).toContain('no request reached the bad pod');
  });
  await expectAllOn(good);
  expectNothingFailed(seen);
});

test('an image that answers wrongly is taken back, and no more than one pod ever had it', async () => {
  const bad = await images.answersWrongly();
  const before = await uids();
  const seen = await underLoad(async () => {
    const ended = await release(bad);
    expect(ended.code).toBe(1);
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
  const archive = await images.archive('cut-off');
  const way = await cutConnectionsTo(registry, statSync(archive).size / 4);
  const push = pushImage({ archive }, `${way.address}/berth`, 'cut-off', silent);
  await expect(push).rejects.toThrow(`${way.address} cannot be reached`);
  await way.close();
  expect(way.sent()).toBeGreaterThan(1_000_000);
  expect(await obstacleToPulling(`${registry}/berth:cut-off`)).toContain('does not have it; push it first');

  const ended = await release(`${registry}/berth@sha256:${'0'.repeat(64)}`);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain('does not have it; push it first');
  await expectAllOn(good);
  expect(await images.good('cut-off')).toMatch(/@sha256:[0-9a-f]{64}$/);
});

test('a rollback that is killed at any step is gone on with by the same command, and the history tells all of it', async () => {
  const rollback = (killAt?: RegExp) => berth(['rollback', '--pod-seconds', POD_SECONDS], killAt);
  const seen = await underLoad(async () => {
    for (const step of [/✓ Looking/, /✓ Declaring/, /✓ Pod berth-2/]) {
      expect(await rollback(step)).toMatchObject({ code: null });
    }
    for (const other of [['up'], ['roll'], ['scale', '5']]) {
      expect((await berth(other)).err).toContain('is under way or was interrupted');
    }
    const ended = await rollback();
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).toContain('Going on with the rollback');
  });
  await expectAllOn(up.image);
  expectNothingFailed(seen);
  const history = JSON.parse((await berth(['releases', '--json'])).out) as ReleaseRecord[];
  expect(history.slice(0, 5).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'rollback released',
    'release reverted',
    'release reverted',
    'release reverted',
    'release released',
  ]);
});
