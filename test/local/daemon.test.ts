import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  forgetDaemons,
  isRunning,
  recordedDaemons,
  startDaemon,
  waitWhileRunning,
} from '../../lib/local/daemon';
import type { Place } from '../../lib/local/place';
import { endAll } from '../../lib/local/processes';
import { waitFor } from '../../lib/process/wait';

function place(): Place {
  const state = mkdtempSync(join(tmpdir(), 'berth-daemon-'));
  return { id: 'eeeeeeee', checkout: '', state, link: '', cgroup: '', marker: { BERTH_LOCAL: 'eeeeeeee' } };
}

test('a daemon is recorded before anything else happens', async () => {
  const here = place();
  const daemon = startDaemon(here, 'boot-1', 'sleeper', ['sleep', '60']);
  expect(recordedDaemons(here)).toEqual([daemon]);
  expect(isRunning(daemon, 'boot-1')).toBe(true);
  await endAll(() => [daemon.pid]);
  expect(isRunning(daemon, 'boot-1')).toBe(false);
});

test('a daemon recorded before this machine was restarted does not run, whatever has its number', async () => {
  const here = place();
  const daemon = startDaemon(here, 'boot-1', 'sleeper', ['sleep', '60']);
  expect(isRunning(daemon, 'boot-2')).toBe(false);
  await endAll(() => [daemon.pid]);
});

test('a record that a crash cut short hides none before it', async () => {
  const here = place();
  const daemon = startDaemon(here, 'boot-1', 'sleeper', ['sleep', '60']);
  appendFileSync(join(here.state, 'daemons'), '{"pid":12');
  expect(recordedDaemons(here)).toEqual([daemon]);
  await endAll(() => [daemon.pid]);
});

test('a daemon that is ended on purpose is taken off the record, and the others stay on it', async () => {
  const here = place();
  const [one, two] = ['one', 'two'].map((name) => startDaemon(here, 'boot-1', name, ['sleep', '60']));
  forgetDaemons(here, ['one', 'three']);
  expect(recordedDaemons(here)).toEqual([two]);
  await endAll(() => [one?.pid ?? 0, two?.pid ?? 0]);
});

test('waiting for a daemon that ends tells its last words and where the others are', async () => {
  const here = place();
  const daemon = startDaemon(here, 'boot-1', 'failing', ['sh', '-c', 'sleep 2; echo no such luck']);
  const waiting = waitWhileRunning(here, [daemon], 'luck', () => undefined, { seconds: 10 });
  await expect(waiting).rejects.toThrow(`failing ended: no such luck\n  log: ${here.state}/log/failing.log`);
});

test('timers of a daemon, and of what it starts, may fire late, and its arguments arrive as they are', async () => {
  const here = place();
  const show = 'cat /proc/self/timerslack_ns; echo "$1"; exec sleep 60';
  const daemon = startDaemon(here, 'boot-1', 'shown', ['sh', '-c', show, 'sh', "it's $HOME"]);
  const shown = () => readFileSync(join(here.state, 'log', 'shown.log'), 'utf8');
  await waitFor('both lines', () => (shown().split('\n').length > 2 ? true : undefined), { seconds: 10 });
  expect(shown()).toBe("1000000\nit's $HOME\n");
  await endAll(() => [daemon.pid]);
});
