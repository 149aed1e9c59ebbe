import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A moment of a command: when it has said what matches, or when this becomes true. */
export type KillAt = RegExp | (() => Promise<boolean>);

/** How a command ended; its code is null when it was killed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Milliseconds between two looks whether the moment has come. */
const LOOK_MILLISECONDS = 100;

/**
 * What the command said, if it ended as it should have.
 * @throws Error it did not, with all it said: its status alone does not tell why
 */
export function endedWith(code: number | null, ended: Ended): Ended {
  if (ended.code === code) return ended;
  const how = (status: number | null) => (status === null ? 'killed' : `status ${status}`);
  throw new Error(`berth ended with ${how(ended.code)}, expected ${how(code)}:\n${ended.err}${ended.out}`);
}

/** `bin/berth` of a checkout; killed with everything it started, if asked so, as soon as the moment has come. */
export function berthOf(
  checkout: string,
  args: readonly string[],
  killAt?: KillAt,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const child = spawn(join(checkout, 'bin', 'berth'), args, {
    // With a group of its own it would not hear a Ctrl-C that ends the tests.
    detached: killAt !== undefined,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const kill = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // It has ended already, and what it said last was still to come.
    }
  };
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    if (killAt instanceof RegExp && killAt.test(err)) kill();
  });
  const stopLooking = typeof killAt === 'function' ? whenTrue(killAt, kill) : () => undefined;
  return new Promise((resolve) => {
    child.on('close', (code) => {
      stopLooking();
      resolve({ code, out, err });
    });
  });
}

/** @returns what ends the looking */
function whenTrue(moment: () => Promise<boolean>, then: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async () => {
    // What cannot be asked just now is asked again.
    const come = await moment().catch(() => false);
    if (ended) return;
    if (come) then();
    else timer = setTimeout(() => void look(), LOOK_MILLISECONDS);
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
