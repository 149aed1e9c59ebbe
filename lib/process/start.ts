import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signalGroup } from './group';
import { interrupted } from './interrupt';
import { CommandFailed } from './run';

/** A program that runs beside this one until it is told to end. */
export interface Started {
  /** @throws CommandFailed it ended with another status than 0, and was not told to end */
  readonly ended: Promise<void>;
  /** Sends a signal to it and what it started, SIGTERM by default, and waits for the end. One that has ended is left alone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface StartOptions {
  /** Written to standard input, which is empty by default. */
  readonly input?: string;
  /** Called with each line of standard output. */
  readonly onLine?: (line: string) => void;
}

/** Starts a program in a process group of its own. An interrupt ends it as `end` does. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const signal = interrupted();
  let told: NodeJS.Signals | undefined;
  let tail = '';
  const tell = (how: NodeJS.Signals) => {
    told = how;
    if (child.exitCode === null && child.signalCode === null) signalGroup(child.pid, how);
  };
  const onInterrupt = () => {
    tell('SIGTERM');
  };
  signal.addEventListener('abort', onInterrupt, { once: true });
  child.stdin.on('error', () => undefined); // It may end without reading its input.
  child.stdin.end(options.input ?? '');
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-5000);
  });
  createInterface({ input: child.stdout }).on('line', options.onLine ?? (() => undefined));
  const ended = new Promise<void>((resolve, reject) => {
    const done = (status: CommandFailed['status'], output: string) => {
      signal.removeEventListener('abort', onInterrupt);
      if (status === 0 || status === told) resolve();
      else reject(new CommandFailed([command, ...args].join(' ').slice(0, 100), status, output));
    };
    child.on('error', (error) => {
      done('not started', error.message);
    });
    child.on('close', (code, killedBy) => {
      done(code ?? killedBy ?? 1, tail);
    });
  });
  // Whoever asks later hears of it; whoever does not ask has no use for it.
  ended.catch(() => undefined);
  return {
    ended,
    async end(how = 'SIGTERM') {
      tell(how);
      await ended;
    },
  };
}
