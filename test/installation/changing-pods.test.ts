import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changingPods } from '../../lib/installation/changing-pods';

const made = () => mkdtempSync(join(tmpdir(), 'berth-changing-pods-'));

let before: string | undefined;
beforeEach(() => {
  before = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = made();
});
afterEach(() => {
  if (before === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = before;
});

test('of two commands that change the pods of one installation the second is refused, and nothing of it is done', async () => {
  const [checkout, another] = [made(), made()];
  let end: () => void = () => undefined;
  const first = changingPods(checkout, () => new Promise<void>((resolve) => (end = resolve)));
  const work = jest.fn(() => Promise.resolve('done'));
  await expect(changingPods(checkout, work)).rejects.toThrow(`another command (process ${process.pid}) is`);
  expect(work).not.toHaveBeenCalled();
  await expect(changingPods(another, work)).resolves.toBe('done');
  end();
  await first;
  await expect(changingPods(checkout, work)).resolves.toBe('done');
});

test('a command that fails lets the next one', async () => {
  const checkout = made();
  await expect(changingPods(checkout, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(changingPods(checkout, () => Promise.resolve('done'))).resolves.toBe('done');
  expect(readdirSync(join(process.env['XDG_STATE_HOME'] ?? '', 'berth'))).toEqual([]);
});
