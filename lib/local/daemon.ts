import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor, type WaitOptions } from '../process/wait';
import { UserError } from '../terminal/user-error';
import { logFile, type Place } from './place';
import { identify, isAlive, type ProcessId } from '../process/process-id';

/** A process of the cluster that outlives the command that started it. */
export interface Daemon extends ProcessId {
  readonly name: string;
  readonly boot: string;
  /** The cluster does without it: that it ended says nothing about the others. */
  readonly dispensable?: boolean;
}

export interface DaemonOptions {
  /** Directories where it finds other programs, before those of the system. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** @default false */
  readonly dispensable?: boolean;
}

/**
 * Becomes a program whose timers may fire up to a millisecond late, as may those of all that it starts, pods included:
 * prctl(2), PR_SET_TIMERSLACK; systemd has TimerSlackNSec= for it. Each Go program has a thread that wakes up
 * thousands of times a second while the others are half idle, and three nodes are thirty such programs: together
 * they took a third of a processor from the requests. Where the kernel does not know it, the program runs without.
 */
const WITH_LATE_TIMERS = '{ echo 1000000 >/proc/self/timerslack_ns; } 2>/dev/null; exec "$0" "$@"';

/**
 * Starts a daemon; what it prints goes to its log.
 * It gets only the variables named here: a proxy set in a person's shell would take its requests out of the cluster.
 */
export function startDaemon(
  place: Place,
  boot: string,
  name: string,
  command: readonly [string, ...string[]],
  options: DaemonOptions = {},
): Daemon {
  const file = logFile(place, name);
  mkdirSync(dirname(file), { recursive: true });
  const log = openSync(file, 'a');
  const [program, ...args] = command;
  const path = [...(options.path ?? []), '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  const child = spawn('sh', ['-c', WITH_LATE_TIMERS, program, ...args], {
    cwd: place.state,
    env: { PATH: path.join(':'), ...place.marker, ...options.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.on('error', () => undefined); // Told below: a child that did not start has no number.
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) throw new UserError(`${name} ended as soon as it was started; log: ${file}`);
  const daemon: Daemon = { ...id, name, boot, ...(options.dispensable ? { dispensable: true } : {}) };
  // Before anything else can go wrong: a command that is killed now leaves a daemon that the next one finds.
  appendFileSync(recordFile(place), JSON.stringify(daemon) + '\n');
  return daemon;
}

/** The daemons started so far; the last line may be cut short by a crash. */
export function recordedDaemons(place: Place): Daemon[] {
  if (!existsSync(recordFile(place))) return [];
  return readFileSync(recordFile(place), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Daemon);
}

/** Takes daemons off the record, so that the cluster counts as whole without them. */
export function forgetDaemons(place: Place, names: readonly string[]): void {
  const kept = recordedDaemons(place).filter(({ name }) => !names.includes(name));
  const file = recordFile(place);
  writeFileSync(`${file}.new`, kept.map((daemon) => `${JSON.stringify(daemon)}\n`).join(''));
  renameSync(`${file}.new`, file);
}

export function isRunning(daemon: Daemon, boot: string): boolean {
  return daemon.boot === boot && isAlive(daemon);
}

/** Waits as `waitFor` does, but no longer than every one of these daemons runs. */
export async function waitWhileRunning<T>(
  place: Place,
  daemons: readonly Daemon[],
  what: string,
  attempt: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const outcome = await waitFor(
    what,
    async () => {
      const ended = daemons.find((daemon) => !isAlive(daemon));
      if (ended) return { ended };
      const value = await attempt();
      return value === undefined ? undefined : { value };
    },
    { every: 50, ...options },
  );
  if ('value' in outcome) return outcome.value;
  const { name } = outcome.ended;
  throw new UserError(`${name} ended: ${lastLine(logFile(place, name))}\n  log: ${logFile(place, name)}`);
}

function recordFile(place: Place): string {
  return join(place.state, 'daemons');
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? 'it printed nothing';
}
