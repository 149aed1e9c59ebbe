import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../terminal/user-error';

/**
 * Minutes of work are not for a directory that is not there.
 * @param option as it was typed, for the error
 * @throws UserError it is none; exit status 2
 */
export function mustBeDirectory(option: string, directory: string): void {
  if (isDirectory(directory)) return;
  throw refusal(
    `${option} is ${JSON.stringify(directory)}, which is not a directory\n  fix: make it first, or leave ${option} out`,
  );
}

/**
 * The same for a file that is written at the end, whether it is there already or not.
 * @throws UserError it names no file, is a directory, or its directory is not there; exit status 2
 */
export function mustNameFile(option: string, file: string): void {
  const said = `${option} is ${JSON.stringify(file)}`;
  // 'report/' names a directory, also one that is still to be made.
  if (file === '' || file.endsWith('/') || isDirectory(file)) {
    throw refusal(
      `${said}, which is not a file\n  fix: name a file in a directory that exists, or leave ${option} out`,
    );
  }
  const directory = dirname(resolve(file));
  if (!isDirectory(directory)) {
    throw refusal(
      `${said}, but ${directory} is not a directory\n  fix: make it first, or leave ${option} out`,
    );
  }
}

function refusal(message: string): UserError {
  return new UserError(message, { exitCode: 2 });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
