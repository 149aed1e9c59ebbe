import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../lib/process/lock';
import { identify } from '../../lib/process/process-id';

const file = (): string => join(mkdtempSync(join(tmpdir(), 'berth-lock-')), 'lock');
const unexpected = (pid: number) => {
  throw new Error(`waited for ${pid}`);
};

test('work that would meet waits, and tells for whom', async () => {
  const lock = file();
  const order: string[] = [];
  let release: () => void = () => undefined;
  const first = withLock(lock, unexpected, () => new Promise<void>((resolve) => (release = resolve)));
  const second = withLock(
    lock,
    (pid) => {
      order.push(`waits for ${pid}`);
      release();
    },
    () => Promise.resolve(order.push('works')),
  );
  await Promise.all([first, second]);
  expect(order).toEqual([`waits for ${process.pid}`, 'works']);
  expect(existsSync(lock)).toBe(false);
});

test.each([
  ['of a process that was killed', JSON.stringify({ pid: 4_000_000, start: '1' })],
  ['of a process whose number another one has', JSON.stringify({ ...identify(process.pid), start: '1' })],
  ['that a crash left empty', ''],
])('a lock %s is none', async (_, content) => {
  const lock = file();
  writeFileSync(lock, content);
  await expect(withLock(lock, unexpected, () => Promise.resolve('done'))).resolves.toBe('done');
});

test('work that fails gives the lock back', async () => {
  const lock = file();
  await expect(withLock(lock, unexpected, () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  );
  await expect(withLock(lock, unexpected, () => Promise.resolve('done'))).resolves.toBe('done');
});
