import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MARKER, placeOf, type Place } from '../../lib/local/place';
import { markedProcesses } from '../../lib/local/processes';
import { waitFor } from '../../lib/process/wait';
import { sampleData } from '../../lib/proof/sample-data';
import { endedWith, type Ended } from '../released/berth';
import { client, second } from './environment';

/** A second checkout, beside the one whose cluster the other tests use. */
const place: Place = placeOf(second);

/** `bin/berth` of the second checkout, in a process group of its own as a terminal would start it. */
function start(...args: string[]) {
  const child = spawn(join(second, 'bin', 'berth'), args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
  const signal = (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name);
  return { ended, signal };
}

/** Everything on this machine that belongs to the second checkout's cluster. */
function traces(): string[] {
  const namespaces = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });
  const mounts = readFileSync('/proc/mounts', 'utf8');
  const cgroups = execFileSync('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', `*${place.id}*`], {
    encoding: 'utf8',
  });
  const lines = [namespaces, links, mounts, cgroups].flatMap((text) => text.split('\n'));
  return [
    ...lines.filter((line) => line.includes(place.id)),
    ...markedProcesses(place.id).map((pid) => `process ${pid} with ${MARKER}=${place.id}`),
    ...(existsSync(place.state) ? [place.state] : []),
  ];
}

const isStarting = () =>
  waitFor('a cluster that starts', () => (existsSync(place.state) ? true : undefined), {
    seconds: 60,
    every: 20,
  });

test('up, killed in the middle and started again, ends with every item read back', async () => {
  const killed = start('up', '--on', 'local');
  await isStarting();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  killed.signal('SIGKILL');
  await killed.ended;
  expect(traces()).not.toEqual([]);

  const again = endedWith(0, await start('up', '--on', 'local', '--json').ended);
  expect(JSON.parse(again.out)).toMatchObject({ proof: { missing: [], different: [] } });
});

test('two checkouts run side by side, each with an address of its own', async () => {
  const status = await start('status', '--json').ended;
  expect(JSON.parse(status.out)).toMatchObject({ ready: true });
  const first = client();
  expect(await first.ready()).toBe(true);
  await first.close();
});

test('up --replicas 3 grows the store with its data in place, and never shrinks it', async () => {
  const grown = endedWith(0, await start('up', '--replicas', '3', '--json').ended);
  expect(JSON.parse(grown.out)).toMatchObject({
    proof: { kept: sampleData().size, missing: [], different: [], rolled: ['berth-0', 'berth-1', 'berth-2'] },
  });
  const shrunk = endedWith(2, await start('up', '--replicas', '1').ended);
  expect(shrunk.err).toContain('lower it with: bin/berth scale 1');
});

test('down leaves nothing behind', async () => {
  expect(traces()).not.toEqual([]);
  expect(await start('down').ended).toMatchObject({ code: 0, out: 'nothing is left running\n' });
  expect(traces()).toEqual([]);
  expect(await start('down').ended).toMatchObject({ code: 0, out: 'nothing was running\n' });
});

test('Ctrl-C while up starts the cluster leaves nothing behind', async () => {
  const interrupted = start('up', '--on', 'local');
  await isStarting();
  interrupted.signal('SIGINT');
  expect(await interrupted.ended).toMatchObject({ code: 130 });
  expect(traces()).toEqual([]);
});

test('none of this touched the cluster of the first checkout', async () => {
  const first = client();
  expect(await first.get('country-che')).toBeDefined();
  await first.close();
});
