import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Collected } from './buildspec';

/**
 * Copies the files that a buildspec's artifact or report names.
 * @returns their paths below `to`, in order
 */
export function collect(source: string, { files, ...options }: Collected, to: string): string[] {
  const base = join(source, options['base-directory'] ?? '.');
  if (!existsSync(base)) return [];
  const patterns = files.map(toExpression);
  const found = readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1))
    .filter((path) => patterns.some((pattern) => pattern.test(path)))
    .sort();
  return found.map((path) => {
    const name = options['discard-paths'] ? basename(path) : path;
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(base, path), join(to, name));
    return name;
  });
}

/** A pattern of a buildspec: `**` stands for any folders, `*` for anything in one name. */
function toExpression(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
