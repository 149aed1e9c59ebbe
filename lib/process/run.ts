import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../terminal/user-error';
import { killTree, signalGroup } from './group';
import { insisted, interrupted } from './interrupt';
import { lineThatMatters } from './line-that-matters';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is empty by default. */
  readonly input?: string;
  /** File that receives everything the command prints; named in the error when it fails. */
  readonly log?: string;
  /** Called with each line of either stream as it comes, for progress. */
  readonly onLine?: (line: string) => void;
  /** For a command that would go on for ever: aborting it ends the command, which counts as done. */
  readonly until?: AbortSignal;
}

/** Time to end for a command that was told to, in milliseconds: it may have clean-up work of its own. */
const GRACE = 120_000;

/** A command ended with a status other than 0, or could not be started. */
export class CommandFailed extends UserError {
  constructor(
    readonly command: string,
    /** The exit status, or the name of the signal that ended it. */
    readonly status: number | NodeJS.Signals | 'not started',
    readonly output: string,
    readonly log?: string,
  ) {
    super(`${command}: ${lineThatMatters(output) ?? `ended with ${status}`}${log ? `\n  log: ${log}` : ''}`);
    this.name = 'CommandFailed';
  }
}

/**
 * Runs a command to its end and returns its standard output without the last newline.
 *
 * The child gets a process group of its own, so that an interrupt ends everything it started. What has not ended within
 * two minutes, or when the person insists, is killed with all it started, also in groups of their own.
 * @throws CommandFailed when it ends with anything but status 0.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const described = [command, ...args].join(' ');
  const shown = described.length > 100 ? `${described.slice(0, 97)}...` : described;
  const signal = interrupted();
  signal.throwIfAborted();
  if (options.log) mkdirSync(dirname(options.log), { recursive: true });
  // Written synchronously: whoever hears that the command failed finds its last words in the log.
  const log = options.log ? openSync(options.log, 'a') : undefined;
  if (log !== undefined) writeSync(log, `$ ${described}\n`);

  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let tail = '';
    /** Takes what comes of one stream: a line of one may come in two parts with a line of the other between them. */
    const taker = () => {
      let partial = '';
      return (chunk: string) => {
        tail = (tail + chunk).slice(-20_000);
        if (log !== undefined) writeSync(log, chunk);
        if (!options.onLine) return;
        const lines = (partial + chunk).split('\n');
        partial = lines.pop() ?? '';
        lines.forEach(options.onLine);
      };
    };
    const take = taker();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      take(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', taker());
    child.stdin.on('error', () => undefined); // The child may end without reading its input.
    child.stdin.end(options.input ?? '');

    let grace: NodeJS.Timeout | undefined;
    const kill = () => {
      killTree(child.pid);
    };
    const onInterrupt = () => {
      signalGroup(child.pid, 'SIGTERM');
      grace ??= setTimeout(kill, GRACE);
      insisted().addEventListener('abort', kill, { once: true });
    };
    signal.addEventListener('abort', onInterrupt, { once: true });
    options.until?.addEventListener('abort', onInterrupt, { once: true });
    if (options.until?.aborted) onInterrupt();
    // A command that could not be started reports 'error' and may report 'close' as well.
    let ended = false;
    const end = (settle: () => void) => {
      if (ended) return;
      ended = true;
      clearTimeout(grace);
      insisted().removeEventListener('abort', kill);
      signal.removeEventListener('abort', onInterrupt);
      options.until?.removeEventListener('abort', onInterrupt);
      if (log !== undefined) closeSync(log);
      settle();
    };
    child.on('error', (error) => {
      end(() => {
        reject(new CommandFailed(shown, 'not started', error.message, options.log));
      });
    });
    child.on('close', (code, killedBy) => {
      end(() => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (code === 0 || options.until?.aborted) resolve(stdout.replace(/\n$/, ''));
        else reject(new CommandFailed(shown, code ?? killedBy ?? 1, tail, options.log));
      });
    });
  });
}

/** Whether a command ends with status 0; its output is thrown away. */
export async function succeeds(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  try {
    await run(command, args, options);
    return true;
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
}
