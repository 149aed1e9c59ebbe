import { dirname } from 'node:path/posix';
import { contract } from '../contract';
import { UserError } from '../terminal/user-error';
import type { ImageContents, ImageFile } from './archive';

/** Largest sum of the files' sizes, in bytes. The server has about 24 MB; more than this came in by mistake. */
const LARGEST = 32_000_000;

/**
 * The image holds the server and its empty data directory and nothing else, belongs to whom it should, and runs as the
 * contract says.
 * @throws UserError each thing that is not so
 */
export function checkContents({ files, config, unpackedBytes }: ImageContents): void {
  const { binary, user, group } = contract.image;
  const wanted = new Map<string, string>([
    [binary, describe({ path: binary, type: 'file', mode: 0o755, user: 0, group: 0 })],
    ...parents(contract.dataDirectory).map((path): [string, string] => [
      path,
      describe({ path, type: 'directory', mode: 0o755, user: 0, group: 0 }),
    ]),
    [
      contract.dataDirectory,
      describe({ path: contract.dataDirectory, type: 'directory', mode: 0o700, user, group }),
    ],
  ]);
  const problems: string[] = [];
  for (const file of files) {
    const expected = wanted.get(file.path);
    wanted.delete(file.path);
    if (expected === undefined) problems.push(`${describe(file)} does not belong there`);
    else if (describe(file) !== expected) problems.push(`${describe(file)}; expected ${expected}`);
  }
  for (const missing of wanted.values()) problems.push(`${missing} is missing`);
  if (config.user !== `${user}:${group}`) {
    problems.push(`it runs as '${config.user}'; expected '${user}:${group}'`);
  }
  if (config.entrypoint.join(' ') !== binary) {
    problems.push(`it starts '${config.entrypoint.join(' ')}'; expected '${binary}'`);
  }
  if (unpackedBytes > LARGEST) {
    problems.push(
      `its files have ${megabytes(unpackedBytes)}; allowed: ${megabytes(LARGEST)}, or another LARGEST in lib/image/check-contents.ts`,
    );
  }
  if (problems.length > 0) {
    throw new UserError(`the image is not what it should be:\n  ${problems.join('\n  ')}`);
  }
}

/** `/var` and `/var/lib` for `/var/lib/berth`. */
function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...parents(parent), parent];
}

function describe({ path, type, mode, user, group }: Omit<ImageFile, 'size'>): string {
  return `${path} (${type}, mode ${mode.toString(8)}, owner ${user}:${group})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
