/**
 * An error the person at the terminal can act on: printed as its message alone, without a stack trace,
 * and ends the command with exit status `exitCode`.
 *
 * The message says what was wrong, the value got, what is allowed, and the fix.
 */
export class UserError extends Error {
  /** Exit status of the command: 2 for bad input, 1 (default) for work that failed. */
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
