import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFailed, run, succeeds } from '../../lib/process/run';

describe('running a command', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'berth-run-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test('returns what it prints, without the last newline', async () => {
    expect(await run('sh', ['-c', 'echo one; echo two; echo noise >&2'])).toBe('one\ntwo');
  });

  test('has many run at once, also while it cleans up, and warns of nothing', () => {
    const [runs, interrupts] = ['run', 'interrupt'].map((name) =>
      JSON.stringify(join(__dirname, '..', '..', 'lib', 'process', `${name}.ts`)),
    );
    const program = `const { run } = require(${runs}); const { evenWhenInterrupted } = require(${interrupts});
      const many = () => Promise.all(Array.from({ length: 20 }, () => run('true', [])));
      many().then(() => evenWhenInterrupted(many)).then(() => console.log('done'));`;
    const node = spawnSync(process.execPath, ['--require', 'tsx/cjs', '--eval', program], {
      encoding: 'utf8',
    });
    expect([node.stdout, node.stderr]).toEqual(['done\n', '']);
  });

  test('gives it input and environment', async () => {
    expect(
      await run('sh', ['-c', 'cat; printf "$GREETING"'], { input: 'in ', env: { GREETING: 'env' } }),
    ).toBe('in env');
  });

  test('fails with the line that matters and the log that holds the rest', async () => {
    const log = join(directory, 'deep', 'test.log');
    const failed = run('sh', ['-c', 'echo start; echo "error: disk is full"; echo bye; exit 3'], { log });
    await expect(failed).rejects.toMatchObject({ status: 3 });
    await expect(failed).rejects.toThrow(`error: disk is full\n  log: ${log}`);
    expect(readFileSync(log, 'utf8')).toContain('start\nerror: disk is full\nbye\n');
  });

  test('fails clearly when there is no such command', async () => {
    const log = join(directory, 'test.log');
    await expect(run('no-such-command-anywhere', [], { log })).rejects.toThrow(CommandFailed);
    expect(await succeeds('no-such-command-anywhere', [])).toBe(false);
  });

  test('shows each line as it comes', async () => {
    const lines: string[] = [];
    await run('sh', ['-c', 'echo one; echo two >&2; printf three; echo'], {
      onLine: (line) => lines.push(line),
    });
    expect(lines.sort()).toEqual(['one', 'three', 'two']);
  });
});
