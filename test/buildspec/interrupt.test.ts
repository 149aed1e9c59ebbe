import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../lib/process/wait';

const folder = mkdtempSync(join(tmpdir(), 'berth-interrupt-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a build that is interrupted ends its shell and what its commands started, and then itself', async () => {
  const program = join(__dirname, 'endless-build.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', program, folder], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  const file = join(folder, 'pids');
  const pids = await waitFor(
    'the command',
    () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').map(Number) : undefined),
    { seconds: 60 },
  );
  expect(pids).toHaveLength(2);
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
