import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { cacheDirectory } from '../installation/cache';

/** The file that a bundle consists of, without its extension, as a Lambda's `handler` names it. */
export const BUNDLE = 'index';

const options = {
  bundle: true,
  platform: 'node',
  // Older than the runtime, so that the same file also runs where tests do.
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Names stay: a stack trace in the log should be readable. The rest is what makes a cold start slow.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * Bundles a Lambda's TypeScript with all it imports into one file, and returns the folder with that file alone.
 *
 * `@aws-sdk` goes into the bundle, although the Node runtimes of Lambda carry one: theirs moves on its own, and the one
 * in the lock file is the one the tests ran with. Tree shaking leaves about a megabyte of it.
 *
 * The folder's name is a hash of everything that decides its content, so esbuild is loaded and run only when the
 * Lambda, or what it imports, has changed. Deleting the folder costs a second.
 * @param entry absolute path of the Lambda's file
 * @param from where the project is and where bundles are kept; default this project, and the user's cache directory
 * @throws Error with esbuild's first message when the code does not compile
 */
export function bundle(entry: string, from: Partial<Place> = {}): string {
  const { cache = cacheDirectory('lambda'), root = join(__dirname, '..', '..') } = from;
  // What the entry imported when it was last bundled. As long as none of those files has changed, it imports the same.
  const imports = join(cache, 'imports', `${hash([entry])}.json`);
  if (existsSync(imports)) {
    const inputs = JSON.parse(readFileSync(imports, 'utf8')) as string[];
    const isWhole = inputs.every((file) => existsSync(join(root, file)));
    const known = isWhole ? join(cache, contentHash(root, entry, inputs)) : undefined;
    if (known !== undefined && existsSync(known)) return known;
  }
  const { inputs, text } = build(entry, root);
  const directory = join(cache, contentHash(root, entry, inputs));
  put(directory, text);
  write(imports, JSON.stringify(inputs));
  return directory;
}

interface Place {
  readonly cache: string;
  /** Folder with the lock file; everything a Lambda imports is below it. */
  readonly root: string;
}

function build(entry: string, root: string): { inputs: string[]; text: string } {
  // Loaded here: reading esbuild alone costs more than everything else in this file.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  const made = buildSync({
    ...options,
    ...{ absWorkingDir: root, entryPoints: [entry], metafile: true, write: false },
  });
  const [output] = made.outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${entry}`);
  // The packages are held by the lock file, which is part of the hash.
  const inputs = Object.keys(made.metafile.inputs).filter((file) => !file.includes('node_modules/'));
  const outside = inputs.find((file) => isAbsolute(file) || file.startsWith('..'));
  if (outside !== undefined) throw new Error(`${entry} imports ${outside}; allowed: files below ${root}`);
  return { inputs: inputs.sort(), text: output.text };
}

function contentHash(root: string, entry: string, inputs: readonly string[]): string {
  const files = ['package-lock.json', ...inputs];
  return hash([
    JSON.stringify(options),
    relative(root, entry),
    ...files.flatMap((file) => [file, readFileSync(join(root, file), 'utf8')]),
  ]);
}

function hash(parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${Buffer.byteLength(part)}:${part}`);
  return sum.digest('hex').slice(0, 32);
}

/** Appears whole or not at all, whoever else does the same at the same time. */
function put(directory: string, text: string): void {
  if (existsSync(directory)) return;
  mkdirSync(dirname(directory), { recursive: true });
  const temporary = mkdtempSync(`${directory}.`);
  writeFileSync(join(temporary, `${BUNDLE}.js`), text);
  try {
    renameSync(temporary, directory);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
