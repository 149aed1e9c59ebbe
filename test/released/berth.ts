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

/** `bin/berth` of a checkout; killed with everything it started, if asked so, as soon as the moment has come. */
export function berthOf(
  checkout: string,
  args: readonly string[],
  killAt?: KillAt,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const child = spawn(join(checkout, 'bin', 'berth'), args, {
    detached: true,
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
