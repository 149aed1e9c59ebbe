import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD, DRIVER, etcdVersion } from '../../lib/bench/programs';
import { postgresPrograms } from '../../lib/bench/systems/postgres';

const root = join(__dirname, '..', '..');

describe('what is compared', () => {
  test('is etcd of the version that the server has in it', () => {
    expect(etcdVersion(DRIVER)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(etcdVersion(DRIVER)).toBe(etcdVersion(join(root, 'server')));
  });

  test('is compiled as the image is', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    for (const flag of BUILD.filter((one) => !one.startsWith('-ldflags')))
      expect(dockerfile).toContain(` ${flag} `);
    expect(dockerfile).toContain('-ldflags "-s -w -buildid= ');
    expect(BUILD).toContain('-ldflags=-s -w -buildid=');
  });

  test('is the newest PostgreSQL there is, and none if there is none', () => {
    const place = mkdtempSync(join(tmpdir(), 'berth-postgres-'));
    try {
      expect(postgresPrograms(join(place, 'missing'))).toBeUndefined();
      for (const version of ['9', '15']) {
        mkdirSync(join(place, version, 'bin'), { recursive: true });
        writeFileSync(join(place, version, 'bin', 'initdb'), '');
      }
      mkdirSync(join(place, '17')); // Only what clients need.
      expect(postgresPrograms(place)).toBe(join(place, '15', 'bin'));
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
