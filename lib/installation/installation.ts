import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `berth up` remembers of a checkout's installation, for the commands that come after it. */
export interface Installation {
  /** Name of the target it is on. */
  readonly target: string;
  readonly host: string;
  readonly image: string;
}

/** The directory that keeps one checkout's installation: record, token and logs. Outside the checkout, readable by its owner only. */
export function installationDirectory(checkout: string): string {
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return join(state, 'berth', installationId(checkout));
}

/** Tells checkouts apart by where they are. */
export function installationId(checkout: string): string {
  return createHash('sha256').update(realpathSync(checkout)).digest('hex').slice(0, 8);
}

export function tokenFile(checkout: string): string {
  return join(installationDirectory(checkout), 'token');
}

export function logFile(checkout: string, name: string): string {
  return join(installationDirectory(checkout), 'log', `${name}.log`);
}

export function readInstallation(checkout: string): Installation | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(checkout), 'utf8')) as Installation;
  } catch {
    return undefined; // Never installed, or the record was cut off: `up` writes it again.
  }
}

export function writeInstallation(checkout: string, installation: Installation): void {
  writePrivate(recordFile(checkout), `${JSON.stringify(installation, null, 2)}\n`);
}

export function writeToken(checkout: string, token: string): void {
  writePrivate(tokenFile(checkout), `${token}\n`);
}

export function removeInstallation(checkout: string): void {
  rmSync(installationDirectory(checkout), { recursive: true, force: true });
}

function recordFile(checkout: string): string {
  return join(installationDirectory(checkout), 'installation.json');
}

/** Written whole or not at all: an interrupted command leaves the file that was there before. */
function writePrivate(file: string, content: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, file);
}
