import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageKey, sourceFiles, sourceHash } from '../../lib/image/source';

describe('the source of the image', () => {
  let checkout = '';
  const write = (path: string, content: string) => {
    writeFileSync(join(checkout, path), content);
  };
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'berth-source-'));
    mkdirSync(join(checkout, 'server/cmd'), { recursive: true });
    mkdirSync(join(checkout, 'lib'));
    write('.dockerignore', '*\n!server\nserver/**/*_test.go\n');
    write('Dockerfile', 'FROM scratch\n');
    write('server/cmd/main.go', 'package main\n');
    write('server/cmd/main_test.go', 'package main\n');
    write('lib/other.ts', '');
  });
  afterEach(() => {
    rmSync(checkout, { recursive: true });
  });

  test('is the Dockerfile and what .dockerignore admits', () => {
    expect(sourceFiles(checkout)).toEqual(['Dockerfile', 'server/cmd/main.go']);
  });

  test('hashes the same wherever, whenever and with whatever modes it was checked out', () => {
    const before = sourceHash(checkout);
    const copy = `${checkout} copy`;
    cpSync(checkout, copy, { recursive: true });
    utimesSync(join(copy, 'server/cmd/main.go'), 1, 1);
    chmodSync(join(copy, 'Dockerfile'), 0o600);
    expect(sourceHash(copy)).toBe(before);
    rmSync(copy, { recursive: true });
  });

  test('hashes the same when a test or another part of the project changes', () => {
    const before = sourceHash(checkout);
    write('server/cmd/main_test.go', 'package other\n');
    write('lib/other.ts', 'changed');
    expect(sourceHash(checkout)).toBe(before);
  });

  test.each([
    [
      'a file changes',
      () => {
        write('server/cmd/main.go', 'package Main\n');
      },
    ],
    [
      'a file is added',
      () => {
        write('server/empty.go', '');
      },
    ],
    [
      'a file is renamed',
      () => {
        renameSync(join(checkout, 'server/cmd/main.go'), join(checkout, 'server/cmd/m.go'));
      },
    ],
    [
      'the Dockerfile changes',
      () => {
        write('Dockerfile', 'FROM scratch AS x\n');
      },
    ],
    [
      'content moves from one file to the next',
      () => {
        write('Dockerfile', 'FROM scratch\nserver');
      },
    ],
  ])('hashes otherwise when %s', (_what, change) => {
    const before = sourceHash(checkout);
    change();
    expect(sourceHash(checkout)).not.toBe(before);
  });
});

test('architecture and version are part of the name of an image', () => {
  const keys = [
    imageKey('s', 'amd64', '1'),
    imageKey('s', 'arm64', '1'),
    imageKey('s', 'amd64', '2'),
    imageKey('t', 'amd64', '1'),
  ];
  expect(new Set(keys).size).toBe(4);
  expect(keys[0]).toMatch(/^[0-9a-f]{12}$/);
});
