import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { bundle } from '../../lib/lambda/bundle';

jest.mock('esbuild', () => {
  const real = jest.requireActual<typeof esbuild>('esbuild');
  return { ...real, buildSync: jest.fn(real.buildSync) };
});

/** A Lambda in a project of its own, and how often it was built. */
function project() {
  const root = mkdtempSync(join(tmpdir(), 'berth-bundle-'));
  const cache = join(root, 'cache');
  const write = (file: string, text: string) => {
    writeFileSync(join(root, file), text);
  };
  write('package-lock.json', '{}');
  write('greeting.ts', `export const greeting: string = 'hello';`);
  write('greet.lambda.ts', `import { greeting } from './greeting'; export const handler = () => greeting;`);
  const before = jest.mocked(esbuild.buildSync).mock.calls.length;
  return {
    ...{ root, cache, write },
    bundle: () => bundle(join(root, 'greet.lambda.ts'), { cache, root }),
    builds: () => jest.mocked(esbuild.buildSync).mock.calls.length - before,
  };
}

const roots: string[] = [];
function made() {
  const one = project();
  roots.push(one.root);
  return one;
}
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

function answer(directory: string): unknown {
  const module: { exports: { handler?: () => unknown } } = { exports: {} };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function('module', 'require', readFileSync(join(directory, 'index.js'), 'utf8'))(module, require);
  return module.exports.handler?.();
}

describe('a bundle', () => {
  test('is one file that runs by itself', () => {
    const directory = made().bundle();
    expect(readdirSync(directory)).toEqual(['index.js']);
    expect(answer(directory)).toBe('hello');
  });

  test('is made once for as long as nothing has changed', () => {
    const lambda = made();
    const first = lambda.bundle();
    expect([lambda.bundle(), lambda.bundle()]).toEqual([first, first]);
    expect(lambda.builds()).toBe(1);
  });

  test.each([
    ['the Lambda', 'greet.lambda.ts', `export const handler = () => 'changed';`, 'changed'],
    ['a file it imports', 'greeting.ts', `export const greeting = 'good morning';`, 'good morning'],
    ['the lock file of its packages', 'package-lock.json', '{ "version": 2 }', 'hello'],
  ])('is made again when %s has changed', (_what, file, text, says) => {
    const lambda = made();
    const first = lambda.bundle();
    lambda.write(file, text);
    const second = lambda.bundle();
    expect(second).not.toBe(first);
    expect(answer(second)).toBe(says);
    expect(lambda.builds()).toBe(2);
  });

  test('is found again after a change was taken back', () => {
    const lambda = made();
    const first = lambda.bundle();
    lambda.write('greeting.ts', `export const greeting = 'other';`);
    lambda.bundle();
    lambda.write('greeting.ts', `export const greeting: string = 'hello';`);
    expect(lambda.bundle()).toBe(first);
    expect(lambda.builds()).toBe(2);
  });

  test('has the same name wherever the project is, so that the same Lambda is not deployed again', () => {
    const [one, other] = [made(), made()];
    expect(one.bundle().replace(one.root, '')).toBe(other.bundle().replace(other.root, ''));
  });

  test('of code that does not compile says where, and leaves nothing behind', () => {
    const lambda = made();
    lambda.write('greeting.ts', 'export const greeting = ;');
    expect(() => lambda.bundle()).toThrow('greeting.ts:1:24: ERROR: Unexpected ";"');
    expect(readdirSync(lambda.root)).not.toContain('cache');
  });
});
