import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { ItemClient } from '../../lib/client/item-client';
import type { UpResult } from '../../lib/commands/up';
import { berthOf, type KillAt } from '../released/berth';

const execute = promisify(execFile);

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: these tests run in 'bin/berth test --only e2e'`);
  return value;
}

/** The checkout that `up` was run from, and another one that nothing was run from. */
export const copy = given('BERTH_E2E_CHECKOUT');
export const second = given('BERTH_E2E_SECOND');
export const up = JSON.parse(given('BERTH_E2E_UP')) as UpResult;

export const client = (token = readFileSync(up.tokenFile, 'utf8').trim()) =>
  new ItemClient(up.frontDoor, up.host, token);

/** kubectl on the cluster under test; input goes to its standard input. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const [command = 'kubectl', ...options] = up.kubectl.split(' ');
  const call = execute(command, [...options, ...args], { maxBuffer: 64 << 20 });
  call.child.stdin?.end(input ?? '');
  return (await call).stdout.trimEnd();
}

/** `bin/berth` of the copy. */
export const berth = (args: readonly string[], killAt?: KillAt) => berthOf(copy, args, killAt);
