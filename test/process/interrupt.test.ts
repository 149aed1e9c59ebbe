import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from '../../lib/process/process-id';
import { waitFor } from '../../lib/process/wait';
import type * as InterruptModule from '../../lib/process/interrupt';
import type * as RunModule from '../../lib/process/run';

let interrupt: typeof InterruptModule;
let run: typeof RunModule.run;
let said: jest.SpyInstance;
const pressCtrlC = () => process.emit('SIGINT');
/** What goes on until it is told to. */
function gate(): { readonly passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

// A process is interrupted once, so each test has the modules anew.
beforeEach(() => {
  jest.resetModules();
  interrupt = jest.requireActual<typeof InterruptModule>('../../lib/process/interrupt');
  ({ run } = jest.requireActual<typeof RunModule>('../../lib/process/run'));
  said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  interrupt.listenForInterrupts();
});
afterEach(() => {
  said.mockRestore();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
});

test('a clean-up goes on after a Ctrl-C, also when another that overlaps it has ended', async () => {
  const { evenWhenInterrupted, interrupted } = interrupt;
  pressCtrlC();
  const [first, second] = [gate(), gate()];
  const cleaning = [
    evenWhenInterrupted(async () => {
      await first.passed;
      return run('echo', ['first']);
    }),
    evenWhenInterrupted(async () => {
      await second.passed;
      return run('echo', ['second']);
    }),
  ];
  first.open();
  expect(await cleaning[0]).toBe('first');
  second.open();
  expect(await cleaning[1]).toBe('second');
  expect(interrupted().aborted).toBe(true);
  await expect(run('echo', ['third'])).rejects.toThrow('interrupted (SIGINT)');
});

test('a Ctrl-C during a clean-up that is part of the work ends the work after it', async () => {
  const { evenWhenInterrupted, interrupted } = interrupt;
  const cleaned = await evenWhenInterrupted(async () => {
    pressCtrlC();
    interrupted().throwIfAborted();
    return run('echo', ['cleaned']);
  });
  expect(cleaned).toBe('cleaned');
  expect(said).toHaveBeenCalledWith('still cleaning up\n');
  expect(() => {
    interrupted().throwIfAborted();
  }).toThrow('interrupted (SIGINT)');
});

test('a Ctrl-C ends what was begun while something else cleaned up', async () => {
  const { evenWhenInterrupted } = interrupt;
  const { passed, open } = gate();
  const cleaning = evenWhenInterrupted(() => passed);
  const working = run('sleep', ['60']);
  open();
  await cleaning;
  await sleep(50);
  pressCtrlC();
  await expect(working).rejects.toThrow('interrupted (SIGINT)');
});

test('a command that does not end when it is told to is killed at the third Ctrl-C', async () => {
  const { passed: ready, open } = gate();
  const working = run('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'], {
    onLine: open,
  });
  const ended = jest.fn();
  working.catch(ended);
  await ready;
  pressCtrlC();
  pressCtrlC();
  await sleep(200);
  expect(ended).not.toHaveBeenCalled();
  expect(said).toHaveBeenCalledWith('still ending what runs; once more kills it\n');
  pressCtrlC();
  await expect(working).rejects.toThrow('interrupted (SIGINT)');
});

test('what such a command started is killed with it, also in a group of its own', async () => {
  let started = '';
  const { passed: ready, open } = gate();
  const script = 'trap "" TERM; setsid sleep 300 & echo $!; while :; do sleep 0.05; done';
  const working = run('sh', ['-c', script], {
    onLine: (line) => {
      started = line;
      open();
    },
  });
  working.catch(() => undefined);
  await ready;
  for (let n = 0; n < 3; n += 1) pressCtrlC();
  await expect(working).rejects.toThrow('interrupted (SIGINT)');
  await waitFor('its end', () => identify(Number(started)) === undefined || undefined, { seconds: 60 });
});
