import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * Moves the folders that a buildspec's `cache` names between a build's source and a place that is kept. Both are on
 * one file system, so this takes no time. Folders outside the source are on this machine anyway and are left alone.
 * A build that was killed leaves them out of the cache, and the next one makes them anew.
 */
export class BuildCache {
  private readonly folders: readonly string[];

  /** @param paths as the buildspec has them, such as `node_modules/**` + `/*` */
  constructor(
    private readonly kept: string,
    paths: readonly string[],
  ) {
    this.folders = [
      ...new Set(
        paths
          .filter((path) => !isAbsolute(path) && !path.startsWith('~'))
          .map((path) => beforeWildcard(path)),
      ),
    ].filter((folder) => folder !== '');
  }

  /** Puts what was kept into a source. */
  restore(source: string): void {
    for (const folder of this.folders) move(join(this.kept, folder), join(source, folder));
  }

  /** Keeps what a build has left in its source. */
  keep(source: string): void {
    for (const folder of this.folders) move(join(source, folder), join(this.kept, folder));
  }
}

function beforeWildcard(path: string): string {
  const parts = path.split('/');
  const wildcard = parts.findIndex((part) => part.includes('*'));
  return parts.slice(0, wildcard < 0 ? parts.length : wildcard).join('/');
}

function move(from: string, to: string): void {
  if (!existsSync(from)) return;
  rmSync(to, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
