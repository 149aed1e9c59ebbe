import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

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

/** A signal that any number of commands may wait for at once. Node warns of a leak where more than ten do. */
function controllerOfMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** The whole process's; everything but clean-up work ends with it. */
const root = controllerOfMany();
/** Aborted when a person does not want to wait any longer for what does not end by itself. */
const patience = controllerOfMany();
/** So many signals are taken for that. */
const INSISTENT = 3;
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

/** Aborted once this process was asked three times to end. Of commands that were told to end, none is waited for then. */
export function insisted(): AbortSignal {
  return patience.signal;
}

/** Turns the signals that ask a process to end into an abort, so that `finally` blocks run. Called once, by the command line. */
export function listenForInterrupts(): void {
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked += 1;
      if (cleaning > 0) process.stderr.write('still cleaning up\n');
      else if (asked === INSISTENT - 1) process.stderr.write('still ending what runs; once more kills it\n');
      // Also then: a clean-up may be part of what goes well, and more be to come after it.
      root.abort(new Interrupted(signal));
      if (asked >= INSISTENT) patience.abort();
    });
  }
}

/** Runs clean-up work that must happen although the command was interrupted. Interrupts wait until it is done. */
export async function evenWhenInterrupted<T>(work: () => Promise<T>): Promise<T> {
  cleaning += 1;
  try {
    return await shield.run(controllerOfMany().signal, work);
  } finally {
    cleaning -= 1;
  }
}
