import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../terminal/user-error';
import { IgnoreFile } from './ignore-file';

/** CPU architectures the server is built for, by the names containers use. */
export type Architecture = 'amd64' | 'arm64';

/** The architecture of this machine. */
export function thisArchitecture(): Architecture {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new UserError(
    `this machine's architecture is '${process.arch}'; the server is built for amd64 and arm64`,
  );
}

/** Everything the image is built from, relative to the checkout, in a fixed order. */
export function sourceFiles(checkout: string): string[] {
  const ignore = new IgnoreFile(readFileSync(join(checkout, '.dockerignore'), 'utf8'));
  const files: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(checkout, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (ignore.mayAdmitBelow(path)) visit(path);
      } else if (ignore.admits(path)) files.push(path);
    }
  };
  visit('');
  return ['Dockerfile', ...files].sort();
}

/**
 * Hash of the names and contents of everything the image is built from, 64 hex digits. Times, owners and modes do
 * not count: they differ between checkouts and do not reach the image.
 */
export function sourceHash(checkout: string): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles(checkout)) {
    const content = contentOf(join(checkout, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Twelve hex digits that name the image built from this source with these options. */
export function imageKey(source: string, architecture: Architecture, version: string): string {
  return createHash('sha256').update([source, architecture, version].join('\0')).digest('hex').slice(0, 12);
}

/** The version of this project, from its package.json. */
export function projectVersion(checkout: string): string {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    // A symbolic link to nothing, or to a folder: builders send the link itself.
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      try {
        return Buffer.from(readlinkSync(path));
      } catch {
        throw error;
      }
    }
    throw error;
  }
}
