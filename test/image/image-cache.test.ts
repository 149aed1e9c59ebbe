import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../lib/installation/cache';
import { findImage, keepImage } from '../../lib/image/image-cache';

let cache = '';
const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'berth-cache-'));
  process.env['XDG_CACHE_HOME'] = cache;
});
afterEach(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(cache, { recursive: true });
});

const keep = (key: string) =>
  keepImage(key, (archive) => {
    writeFileSync(archive, key);
    return Promise.resolve({ reference: `localhost/berth:${key}`, digest: `sha256:${key}`, standIn: false });
  });

describe('images built before', () => {
  test('are found with what was remembered', async () => {
    expect(findImage('a')).toBeUndefined();
    await keep('a');
    expect(findImage('a')).toMatchObject({
      reference: 'localhost/berth:a',
      digest: 'sha256:a',
      standIn: false,
    });
    expect(existsSync(findImage('a')?.archive ?? '')).toBe(true);
  });

  test('are not found when the build failed half way, and leave nothing', async () => {
    const failing = keepImage('a', (archive) => {
      writeFileSync(archive, 'half');
      return Promise.reject(new Error('disk is full'));
    });
    await expect(failing).rejects.toThrow('disk is full');
    expect(findImage('a')).toBeUndefined();
    expect(readdirSync(cacheDirectory('images'))).toEqual([]);
  });

  test('are cleaned away but for the four used last', async () => {
    for (const [age, key] of ['a', 'b', 'c', 'd'].entries()) {
      await keep(key);
      utimesSync(dirname(findImage(key)?.archive ?? ''), 1000 + age, 1000 + age);
    }
    findImage('a');
    await keep('e');
    expect(readdirSync(cacheDirectory('images')).sort()).toEqual(['a', 'c', 'd', 'e']);
  });
});
