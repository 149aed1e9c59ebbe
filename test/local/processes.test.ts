import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endAll, markedProcesses } from '../../lib/local/processes';
import { identify, isAlive } from '../../lib/process/process-id';

/** A process that lasts until it is ended, as a daemon of the cluster `id`. */
function daemon(id: string): { pid: number; ended: Promise<unknown> } {
  const child = spawn('sleep', ['60'], { env: { ...process.env, BERTH_LOCAL: id } });
  return { pid: child.pid ?? 0, ended: once(child, 'exit') };
}

test('a process that has ended is not alive, nor is another one with its number', async () => {
  const { pid, ended } = daemon('aaaaaaaa');
  const found = identify(pid);
  if (!found) throw new Error('the process is not there');
  expect(isAlive(found)).toBe(true);
  expect(isAlive({ pid, start: String(Number(found.start) - 1) })).toBe(false);
  process.kill(pid);
  await ended;
  expect(isAlive(found)).toBe(false);
});

test("only a cluster's own processes carry its marker", async () => {
  const [ours, theirs] = [daemon('bbbbbbbb'), daemon('cccccccc')];
  await endAll(() => markedProcesses('bbbbbbbb'));
  await ours.ended;
  expect(identify(ours.pid)).toBeUndefined();
  expect(identify(theirs.pid)).toBeDefined();
  process.kill(theirs.pid);
  await theirs.ended;
});

test('this process is never among them', () => {
  process.env.BERTH_LOCAL = 'dddddddd';
  expect(markedProcesses('dddddddd')).not.toContain(process.pid);
  delete process.env.BERTH_LOCAL;
});
