import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { Network } from './network';
import type { Operation, Plan } from './plan';
import type { Measurement } from './result';
import type { Running } from './systems/system';

/** Something that runs, and the clients for it. */
export interface Target {
  readonly running: Running;
  readonly network: Network;
  /** Path of the load program. */
  readonly load: string;
}

/** Runs the load program against a target and returns what it printed. */
async function load({ running, network, load }: Target, args: readonly string[]): Promise<string> {
  for (const child of running.children) child.assertRunning();
  const [program = '', ...rest] = [
    ...network.clients,
    load,
    `-protocol=${running.protocol}`,
    `-addresses=${running.addresses.join(',')}`,
    `-watch=${running.children.map(({ pid }) => pid).join(',')}`,
    ...(running.token === undefined ? [] : [`-token=${running.token}`]),
    ...args,
  ];
  return run(program, rest, { env: { GOGC: undefined, GOMAXPROCS: undefined } });
}

/** How long a server may take to its first answer, in seconds. */
const PATIENCE = 120;

/**
 * Waits until every member has answered a write; returns how long that took since `started`, in milliseconds.
 * @throws UserError one of its processes ended, with the last line it printed, or it took two minutes
 */
export async function untilReady(target: Target, started: number): Promise<number> {
  const { children, addresses } = target.running;
  const watching = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      for (const child of children) child.assertRunning();
      if (performance.now() - started > PATIENCE * 1000) {
        throw new UserError(`no answer within ${PATIENCE} s from ${addresses.join(', ')}`);
      }
      await sleep(100, undefined, { signal: watching.signal });
    }
  };
  const failed = watch();
  failed.catch(() => undefined); // Also when it is only stopped.
  try {
    await Promise.race([load(target, ['-operation=ready', `-clients=${addresses.length}`]), failed]);
    return performance.now() - started;
  } finally {
    watching.abort();
  }
}

/** Writes items `from` to `to`, the latter excluded, each once. */
export async function fill(target: Target, from: number, to: number, bytes: number): Promise<void> {
  await load(target, ['-operation=fill', '-clients=64', `-from=${from}`, `-keys=${to}`, `-bytes=${bytes}`]);
}

/** Drives a target; a run that cannot be made at all has no requests, and says why. */
export async function measure(
  target: Target,
  operation: Operation,
  clients: number,
  plan: Plan,
): Promise<Measurement> {
  try {
    const output = await load(target, [
      `-operation=${operation}`,
      `-clients=${clients}`,
      `-keys=${plan.items}`,
      `-bytes=${plan.bytes}`,
      `-warm=${plan.warm}s`,
      `-measure=${plan.measure}s`,
    ]);
    return JSON.parse(output) as Measurement;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...NOTHING, error: error.message };
  }
}

/** No run at all. */
export const NOTHING: Measurement = {
  requests: 0,
  failed: 0,
  seconds: 0,
  rate: 0,
  p50: 0,
  p99: 0,
  driverCPU: 0,
  serverCPU: 0,
  serverRSS: 0,
};

/** Bytes resident in all processes of a target now. */
export async function resident(target: Target): Promise<number> {
  const output = await load(target, [
    '-operation=read',
    '-clients=1',
    '-keys=1',
    '-warm=0s',
    '-measure=10ms',
  ]);
  return (JSON.parse(output) as Measurement).serverRSS;
}
