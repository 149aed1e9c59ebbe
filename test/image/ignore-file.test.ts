import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IgnoreFile } from '../../lib/image/ignore-file';

describe("this project's .dockerignore", () => {
  const ignore = new IgnoreFile(readFileSync(join(__dirname, '../../.dockerignore'), 'utf8'));

  test.each([
    'server/go.mod',
    'server/go.sum',
    'server/cmd/berth-server/main.go',
    'server/contract/contract.json',
  ])('admits %s', (path) => {
    expect(ignore.admits(path)).toBe(true);
  });

  test.each([
    'README.md',
    'node_modules/x/index.js',
    'lib/server/x.ts',
    'server/store/store_test.go',
    'server/main_test.go',
    'server/store/testdata/a/b.json',
    'server/README.md',
    'server/.env',
    'server/store/.swp',
    'server/berth-server',
  ])('keeps %s out', (path) => {
    expect(ignore.admits(path)).toBe(false);
  });
});

test('the last pattern that covers a path decides', () => {
  const ignore = new IgnoreFile('*\n!a\na/b\n!a/b/c?.txt\n');
  expect(['a/x', 'a/b/x', 'a/b/c1.txt', 'a/b/c12.txt', 'z'].map((path) => ignore.admits(path))).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(ignore.mayAdmitBelow('a/b')).toBe(true);
  expect(ignore.mayAdmitBelow('z')).toBe(false);
});

test('a character class is refused, as it would be read otherwise than the builders do', () => {
  expect(() => new IgnoreFile('server/[ab].go')).toThrow(
    ".dockerignore has 'server/[ab].go'; allowed: plain names",
  );
});
