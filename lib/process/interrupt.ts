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

let controller = new AbortController();
/** Clean-up work under way; it goes on whatever signals come. */
let cleaning = 0;

/**
 * Aborted with an `Interrupted` once a person or a supervisor asks this process to end.
 * Work that lasts passes it on; everything started with `run` already ends with it.
 */
export function interrupted(): AbortSignal {
  return controller.signal;
}

/** Turns the signals that ask a process to end into an abort, so that `finally` blocks run. Called once, by the command line. */
export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (cleaning > 0) process.stderr.write('still cleaning up\n');
      else controller.abort(new Interrupted(signal));
    });
  }
}

/** Runs clean-up work that must happen although the command was interrupted. */
export async function evenWhenInterrupted<T>(work: () => Promise<T>): Promise<T> {
  const before = controller;
  controller = new AbortController();
  cleaning += 1;
  try {
    return await work();
  } finally {
    cleaning -= 1;
    controller = before;
  }
}
