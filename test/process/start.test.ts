import { start } from '../../lib/process/start';

const sh = (script: string, onLine?: (line: string) => void, input = '') =>
  start('sh', ['-c', script], { input, ...(onLine ? { onLine } : {}) });

describe('a program that runs beside this one', () => {
  test('reads its input, tells its lines, and ends by itself', async () => {
    const lines: string[] = [];
    await sh('cat; echo more', (line) => lines.push(line), 'given\n').ended;
    expect(lines).toEqual(['given', 'more']);
  });

  test('ends when it is told to, and that is no failure', async () => {
    await sh('exec sleep 60').end();
  });

  test('ends with what it started', async () => {
    let ready: () => void = () => undefined;
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const program = sh('sleep 60 & echo ready; wait', () => {
      ready();
    });
    await isReady;
    const told = Date.now();
    await program.end();
    expect(Date.now() - told).toBeLessThan(30_000);
  });

  test('is given the time to finish when it is told to end', async () => {
    const lines: string[] = [];
    let ready: () => void = () => undefined;
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const program = sh('trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done', (line) => {
      lines.push(line);
      ready();
    });
    await isReady;
    await program.end();
    expect(lines).toEqual(['ready', 'bye']);
  });

  test('that fails says so, with what it printed', async () => {
    await expect(sh('echo the reason >&2; exit 3').ended).rejects.toThrow('the reason');
    await expect(start('nothing-of-this-name', []).ended).rejects.toThrow('nothing-of-this-name');
  });
});
