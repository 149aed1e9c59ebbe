import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildCache } from '../../lib/buildspec/cache';
import { fetchCommit, resolveCommit, uncommitted } from '../../lib/buildspec/source';

const folder = mkdtempSync(join(tmpdir(), 'berth-source-'));
const repository = join(folder, 'repository');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: repository,
    encoding: 'utf8',
  }).trim();

beforeAll(() => {
  mkdirSync(repository);
  git('init', '--quiet');
  writeFileSync(join(repository, 'file'), 'one\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the source of a build', () => {
  test('is what was committed, whatever lies in the checkout', async () => {
    const commit = await resolveCommit(repository, 'HEAD');
    expect(commit).toBe(git('rev-parse', 'HEAD'));
    writeFileSync(join(repository, 'file'), 'two\n');
    writeFileSync(join(repository, 'new'), '');
    const source = join(folder, 'source');
    await fetchCommit(repository, commit, source);
    expect(readFileSync(join(source, 'file'), 'utf8')).toBe('one\n');
    expect(existsSync(join(source, 'new'))).toBe(false);
    expect(await uncommitted(repository)).toEqual([' M file', '?? new']);
  });

  test('is asked for where there is none', async () => {
    await expect(resolveCommit(repository, 'nowhere')).rejects.toThrow(
      "'nowhere' names no commit of this repository; allowed: ",
    );
    await expect(resolveCommit(folder, 'HEAD')).rejects.toThrow(
      `${folder} is no git repository\n  fix: git init`,
    );
  });
});

describe('the cache of builds', () => {
  const kept = join(folder, 'kept');
  const cache = new BuildCache(kept, ['node_modules/**/*', 'deep/er/*', '/root/.npm/**/*', '*']);
  const one = join(folder, 'one');
  const two = join(folder, 'two');

  test('brings the folders that one build left to the next one, and touches nothing else', () => {
    mkdirSync(join(one, 'node_modules', 'a'), { recursive: true });
    writeFileSync(join(one, 'node_modules', 'a', 'index.js'), 'x');
    writeFileSync(join(one, 'other'), 'x');
    cache.keep(one);
    expect(existsSync(join(one, 'other'))).toBe(true);
    mkdirSync(two);
    cache.restore(two);
    expect(readFileSync(join(two, 'node_modules', 'a', 'index.js'), 'utf8')).toBe('x');
    expect(existsSync(join(kept, 'node_modules'))).toBe(false);
  });
});
