import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { inspectArchive } from '../../lib/image/archive';

type Member = Partial<Header> & { name: string; content?: string | Buffer };

function tar(members: readonly Member[]) {
  const writer = pack();
  for (const { content, ...header } of members) {
    if (content === undefined) writer.entry(header);
    else writer.entry(header, content);
  }
  writer.finalize();
  return writer;
}

const lower = [
  { name: 'app/', type: 'directory' as const, mode: 0o755 },
  { name: 'app/server', content: 'old server', mode: 0o755 },
  { name: 'app/data/', type: 'directory' as const, mode: 0o700, uid: 65532, gid: 65532 },
  { name: 'app/gone', content: 'x' },
  { name: 'cache/', type: 'directory' as const },
  { name: 'cache/a', content: 'a' },
];
const upper = [
  { name: './app/server', content: 'server', mode: 0o555 },
  { name: 'app/.wh.gone', content: '' },
  { name: 'cache/.wh..wh..opq', content: '' },
  { name: 'link', type: 'symlink' as const, linkname: 'app/server' },
];
const config = JSON.stringify({
  architecture: 'arm64',
  config: {
    User: '65532:65532',
    Entrypoint: ['/app/server'],
    Env: ['A=b=c'],
    Labels: { l: 'v' },
    ExposedPorts: { '80/tcp': {} },
  },
});

describe('inspecting an archive', () => {
  let archive = '';
  beforeEach(() => {
    archive = join(mkdtempSync(join(tmpdir(), 'berth-archive-')), 'image.tar');
  });
  afterEach(() => {
    rmSync(join(archive, '..'), { recursive: true });
  });
  const write = (members: readonly Member[]) => pipeline(tar(members), createWriteStream(archive));

  const expectTheImage = async () => {
    const image = await inspectArchive(archive);
    expect(
      image.files.map(({ path, type, size, mode, user }) => [path, type, size, mode.toString(8), user]),
    ).toEqual([
      ['/app', 'directory', 0, '755', 0],
      ['/app/data', 'directory', 0, '700', 65532],
      ['/app/server', 'file', 6, '555', 0],
      ['/cache', 'directory', 0, '755', 0],
      ['/link', 'symlink', 0, '644', 0],
    ]);
    expect(image.unpackedBytes).toBe(6);
    expect(image.config).toEqual({
      architecture: 'arm64',
      user: '65532:65532',
      entrypoint: ['/app/server'],
      command: [],
      environment: { A: 'b=c' },
      labels: { l: 'v' },
      exposedPorts: ['80/tcp'],
      created: undefined,
    });
    expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  };

  test('merges the layers of a docker-archive, one of them behind a link', async () => {
    await write([
      { name: 'one.tar', content: await buffer(tar(lower)) },
      { name: 'x/layer.tar', type: 'symlink', linkname: '../one.tar' },
      { name: 'two.tar', content: await buffer(tar(upper)) },
      { name: 'config.json', content: config },
      {
        name: 'manifest.json',
        content: JSON.stringify([{ Config: 'config.json', Layers: ['x/layer.tar', 'two.tar'] }]),
      },
    ]);
    await expectTheImage();
  });

  test('reads an OCI layout with compressed layers', async () => {
    const manifest = {
      config: { digest: 'sha256:c' },
      layers: [{ digest: 'sha256:1' }, { digest: 'sha256:2' }],
    };
    await write([
      { name: 'index.json', content: JSON.stringify({ manifests: [{ digest: 'sha256:m' }] }) },
      { name: 'blobs/sha256/m', content: JSON.stringify(manifest) },
      { name: 'blobs/sha256/c', content: config },
      { name: 'blobs/sha256/1', content: gzipSync(await buffer(tar(lower))) },
      { name: 'blobs/sha256/2', content: gzipSync(await buffer(tar(upper))) },
    ]);
    await expectTheImage();
  });

  test('says so when a file is no image', async () => {
    await write([{ name: 'a.txt', content: 'a' }]);
    await expect(inspectArchive(archive)).rejects.toThrow(
      "image.tar holds no 'manifest.json'; allowed: what `docker save` writes",
    );
  });
});
