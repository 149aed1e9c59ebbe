import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../terminal/user-error';

/** In every folder that was made for output, so that nothing else is ever emptied. */
const MARK = '.berth-output';

/**
 * Makes a folder for output, if it is not there, and leaves alone what is in it.
 * @param option that names it, for the error
 * @returns its absolute path
 * @throws UserError it cannot be made, or holds what is no earlier output; exit status 2
 */
export function outputFolder(given: string, option = '--output'): string {
  const refuse = (why: string) =>
    new UserError(
      `${option} is ${JSON.stringify(given)}, ${why}\n` +
        '  allowed: a folder that is not there, is empty, or holds an earlier output, which is replaced\n' +
        '  fix: name another folder, or empty this one first',
      { exitCode: 2 },
    );
  if (given === '') throw refuse('which names no folder');
  const folder = resolve(given);
  let names: string[];
  try {
    mkdirSync(folder, { recursive: true });
    names = readdirSync(folder);
  } catch (error) {
    throw refuse(`which cannot be a folder: ${messageOf(error)}`);
  }
  if (names.length > 0 && !names.includes(MARK)) {
    throw refuse(`a folder with something else in it (${folder}: ${names.slice(0, 3).join(', ')})`);
  }
  return folder;
}

/**
 * Empties the folder of an output, which is marked as one.
 * @throws UserError as `outputFolder`
 */
export function emptyOutputFolder(folder: string, option?: string): void {
  outputFolder(folder, option); // Much may have happened since it was looked at.
  markOutputFolder(folder);
  for (const name of readdirSync(folder)) {
    if (name !== MARK) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Says of a folder that it is for output and nothing else, whatever is in it. */
export function markOutputFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), 'Output of bin/berth, which replaces all that is in this folder.\n');
}
