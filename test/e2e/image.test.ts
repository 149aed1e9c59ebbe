import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contract } from '../../lib/contract';
import { inspectArchive } from '../../lib/image/archive';
import { baseImageOf } from '../../lib/image/base-image';
import { buildImage, type BuiltImage } from '../../lib/image/build';
import { checkImage } from '../../lib/image/check';
import { sourceFiles, thisArchitecture } from '../../lib/image/source';
import { unpack } from '../../lib/image/unpack';
import { run } from '../../lib/process/run';
import { silent } from '../../lib/terminal/progress';

const checkout = join(__dirname, '../..');
// A version of this test's own: its images are not those in use, and it can throw them away.
const version = `0.0.0-test.${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'berth-image-'));
const architecture = thisArchitecture();
let image: BuiltImage;

/** What the image is built from and nothing else, as on another machine: elsewhere, and all of it from 1999. */
function copyOfSource(name: string): string {
  const copy = join(folder, name);
  for (const file of [...sourceFiles(checkout), '.dockerignore']) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(checkout, file), join(copy, file));
    utimesSync(join(copy, file), 922_000_000, 922_000_000);
  }
  return copy;
}

const forget = (built: BuiltImage) => {
  rmSync(dirname(built.archive), { recursive: true, force: true });
};

beforeAll(async () => {
  image = await buildImage({ checkout, version, progress: silent });
}, 900_000);

afterAll(() => {
  forget(image);
  rmSync(folder, { recursive: true });
});

test('holds the binary and its data directory, and nothing else', async () => {
  const { files, unpackedBytes } = await inspectArchive(image.archive);
  const { binary, user, group } = contract.image;
  expect(files.map((file) => [file.path, file.mode.toString(8), file.user, file.group])).toEqual([
    [binary, '755', 0, 0],
    ['/var', '755', 0, 0],
    ['/var/lib', '755', 0, 0],
    [contract.dataDirectory, '700', user, group],
  ]);
  expect(unpackedBytes).toBeLessThanOrEqual(25_000_000);
});

test('says who it runs as, what it listens on and what it is', async () => {
  const { config } = await inspectArchive(image.archive);
  expect(config).toMatchObject({
    architecture,
    user: `${contract.image.user}:${contract.image.group}`,
    entrypoint: [contract.image.binary],
    exposedPorts: ['2380/tcp', '8080/tcp'],
    labels: {
      'org.opencontainers.image.title': contract.name,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    },
  });
});

test('is found at once when it is asked for again', async () => {
  const started = Date.now();
  const again = await buildImage({ checkout, version, progress: silent });
  expect(again).toEqual({ ...image, cached: true });
  expect(Date.now() - started).toBeLessThan(1000);
});

test('runs alone', async () => {
  await checkImage(image, silent);
}, 90_000);

test('has the same digest when it is built from another checkout', async () => {
  const first = image.digest;
  forget(image);
  image = await buildImage({ checkout: copyOfSource('elsewhere'), version, progress: silent });
  expect(image.cached).toBe(false);
  expect(image.digest).toBe(first);
}, 300_000);

test('holds what a plain `go build` makes, byte for byte', async () => {
  const { goVersion } = baseImageOf(readFileSync(join(checkout, 'Dockerfile'), 'utf8'));
  const plain = join(folder, 'plain');
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', `-s -w -buildid= -X main.version=${version}`];
  await run('go', ['build', ...flags, '-o', plain, './cmd/berth-server'], {
    cwd: join(checkout, 'server'),
    env: {
      CGO_ENABLED: '0',
      GOOS: 'linux',
      GOARCH: architecture,
      GOFLAGS: '',
      GOTOOLCHAIN: `go${goVersion}`,
    },
  });
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  await unpack(image.archive, unpacked);
  expect(readFileSync(join(unpacked, contract.image.binary)).equals(readFileSync(plain))).toBe(true);
}, 600_000);

test('a server that does not start fails the check with what it said', async () => {
  const copy = copyOfSource('broken');
  rmSync(join(copy, 'server/cmd/berth-server'), { recursive: true });
  mkdirSync(join(copy, 'server/cmd/berth-server'));
  writeFileSync(
    join(copy, 'server/cmd/berth-server/main.go'),
    'package main\n\nimport "os"\n\nfunc main() { println(`{"msg":"no space left"}`); os.Exit(7) }\n',
  );
  const broken = await buildImage({ checkout: copy, version, progress: silent });
  try {
    await expect(checkImage(broken, silent)).rejects.toThrow(
      'ended with status 7 before it was ready\n  the server said: {"msg":"no space left"}',
    );
  } finally {
    forget(broken);
  }
}, 300_000);
