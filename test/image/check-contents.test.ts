import type { ImageContents } from '../../lib/image/archive';
import { checkContents } from '../../lib/image/check-contents';

const directory = (path: string) =>
  ({ path, type: 'directory', size: 0, mode: 0o755, user: 0, group: 0 }) as const;
const good: ImageContents = {
  digest: 'sha256:0',
  config: {
    ...{ architecture: 'amd64', user: '65532:65532', entrypoint: ['/berth-server'], command: [] },
    ...{ environment: {}, labels: {}, exposedPorts: [], created: undefined },
  },
  files: [
    { path: '/berth-server', type: 'file', size: 24_000_000, mode: 0o755, user: 0, group: 0 },
    directory('/var'),
    directory('/var/lib'),
    { ...directory('/var/lib/berth'), mode: 0o700, user: 65532, group: 65532 },
  ],
  unpackedBytes: 24_000_000,
};
const contents = (changed: Partial<ImageContents>) => () => {
  checkContents({ ...good, ...changed });
};

test('an image of the server and its data directory is as it should be', () => {
  expect(contents({})).not.toThrow();
});

test.each<[string, Partial<ImageContents>, string]>([
  [
    'a file too many',
    { files: [...good.files, { ...directory('/root/.netrc'), type: 'file', mode: 0o600 }] },
    '/root/.netrc (file, mode 600, owner 0:0) does not belong there',
  ],
  ['a file too few', { files: good.files.slice(1) }, '/berth-server (file, mode 755, owner 0:0) is missing'],
  [
    'a data directory that the server cannot write',
    { files: [...good.files.slice(0, 3), directory('/var/lib/berth')] },
    '/var/lib/berth (directory, mode 755, owner 0:0); expected /var/lib/berth (directory, mode 700, owner 65532:65532)',
  ],
  ['a user who is root', { config: { ...good.config, user: '' } }, "it runs as ''; expected '65532:65532'"],
  [
    'another program to start',
    { config: { ...good.config, entrypoint: ['/bin/sh', '-c'] } },
    "it starts '/bin/sh -c'; expected '/berth-server'",
  ],
  ['too much in it', { unpackedBytes: 80_000_000 }, 'its files have 80.0 MB; allowed: 32.0 MB'],
])('an image with %s is refused', (_name, changed, message) => {
  expect(contents(changed)).toThrow(message);
});
