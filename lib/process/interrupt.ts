import { AsyncLocalStorage } from 'node:async_hooks';

/** Ctrl-C (or a SIGTERM or SIGHUP) while a command works: what was begun is undone before the process ends. */
export class Interrupted extends Error {
  /** As shells report a process ended by this signal: 128 and the signal's number. */
  readonly exitCode: number;

  constructor(readonly signal: NodeJS.Signals) {
    super(`interrupted (${signal})`);
    this.name = 'Interrupted';
    this.exitCode = 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal as 'SIGHUP' | 'SIGINT' | 'SIGTERM'];
  }
}

/** The whole process's; everything but clean-up work ends with it. */
const root = new AbortController();
/** What clean-up work has in its place. It goes with the work, as several may clean up at once, beside work that goes on. */
const shield = new AsyncLocalStorage<AbortSignal>();
/** Clean-up work under way; it goes on whatever signals come. */
let cleaning = 0;

/**
 * Aborted with an `Interrupted` once a person or a supervisor asks this process to end; never for clean-up work.
 * Work that lasts passes it on; everything started with `run` already ends with it.
 */
export function interrupted(): AbortSignal {
  return shield.getStore() ?? root.signal;
}

/** Turns the signals that ask a process to end into an abort, so that `finally` blocks run. Called once, by the command line. */
export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (cleaning > 0) process.stderr.write('still cleaning up\n');
      // Also then: a clean-up may be part of what goes well, and more be to come after it.
      root.abort(new Interrupted(signal));
    });
  }
}

/** Runs clean-up work that must happen although the command was interrupted. Interrupts wait until it is done. */
export async function evenWhenInterrupted<T>(work: () => Promise<T>): Promise<T> {
  cleaning += 1;
  try {
    return await shield.run(new AbortController().signal, work);
  } finally {
    cleaning -= 1;
  }
}
