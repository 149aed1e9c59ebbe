import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../installation/cache';

/** What is remembered about an image beside its archive. */
export interface ImageFacts {
  readonly reference: string;
  readonly digest: string;
  readonly standIn: boolean;
}

/** How many images are kept: the latest, and a few to go back to. */
const KEPT = 4;

/** The image of that key with its archive, if it was built before and built to its end. */
export function findImage(key: string): (ImageFacts & { archive: string }) | undefined {
  const folder = cacheDirectory('images', key);
  if (!existsSync(folder)) return undefined;
  utimesSync(folder, new Date(), new Date()); // The latest used is the last to be cleaned away.
  const facts = JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')) as ImageFacts;
  return { ...facts, archive: join(folder, 'image.tar') };
}

/**
 * Lets `write` make an archive and keeps it under the key. It is written under a temporary name, so an archive that
 * was not finished is never found.
 */
export async function keepImage(key: string, write: (archive: string) => Promise<ImageFacts>): Promise<void> {
  mkdirSync(cacheDirectory('images'), { recursive: true });
  const folder = mkdtempSync(cacheDirectory('images', '.new-'));
  try {
    const facts = await write(join(folder, 'image.tar'));
    writeFileSync(join(folder, 'image.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
    renameSync(folder, cacheDirectory('images', key));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  clean();
}

/** Removes all but the images used last, and what killed processes left. Called under the lock. */
function clean(): void {
  const entries = readdirSync(cacheDirectory('images')).map((name) => {
    const path = cacheDirectory('images', name);
    return { path, unfinished: name.startsWith('.new-'), used: statSync(path).mtimeMs };
  });
  const finished = entries.filter((entry) => !entry.unfinished).sort((a, b) => b.used - a.used);
  for (const { path } of [...entries.filter((entry) => entry.unfinished), ...finished.slice(KEPT)]) {
    rmSync(path, { recursive: true, force: true });
  }
}
