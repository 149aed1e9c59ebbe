import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../terminal/user-error';

/** A server that runs while it is measured. */
export interface Child {
  readonly pid: number;
  /** Throws, with the last line it printed, if it has ended. */
  assertRunning(): void;
  /** Tells it to end, and makes it end if it does not. */
  stop(): Promise<void>;
}

/** How long a server has to end by itself, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Starts a server; what it prints goes to `log`. It ends with this process, however that ends: the kernel sees to it
 * (prctl(2), PR_SET_PDEATHSIG).
 * @param within a command that runs another one, such as in a namespace; empty for none
 * @param user who it runs as; the same as this process if absent
 */
export function startChild(
  command: readonly string[],
  options: {
    readonly log: string;
    readonly within?: readonly string[];
    readonly user?: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Child {
  const user = options.user ? ['--reuid', options.user, '--regid', options.user, '--clear-groups'] : [];
  const [program = '', ...args] = [
    ...(options.within ?? []),
    ...['setpriv', '--pdeathsig', 'KILL', ...user, '--'],
    ...command,
  ];
  const log = openSync(options.log, 'a');
  const child = spawn(program, args, {
    cwd: '/',
    // Nothing of a person's shell: a proxy or GOGC set there would change what is measured.
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...options.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.on('exit', resolve).on('error', () => {
      resolve();
    });
  }).then(() => {
    ended = true;
  });
  return {
    pid: child.pid ?? 0,
    assertRunning() {
      if (!ended && child.pid !== undefined) return;
      const last = readFileSync(options.log, 'utf8').trimEnd().split('\n').at(-1) || 'it printed nothing';
      throw new UserError(`${command[0]} ended: ${last}`);
    },
    async stop() {
      if (ended) return;
      child.kill('SIGTERM');
      await Promise.race([end, sleep(PATIENCE, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await end;
    },
  };
}
