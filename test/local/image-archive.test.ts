import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { openArchive } from '../../lib/image/archive-layout';
import { writeImages, type ImageContent } from '../../lib/local/image-archive';

const imageId = async (file: string) => (await openArchive(file)).digest;

const directory = mkdtempSync(join(tmpdir(), 'berth-image-'));
const image: ImageContent = {
  reference: 'localhost/hello:1',
  architecture: 'amd64',
  entrypoint: ['/bin/hello'],
  files: [{ path: 'bin/hello', content: Buffer.from('hello') }],
  links: { 'bin/hi': 'hello' },
};

async function contents(file: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const reader = extract();
  reader.on('entry', ({ name }, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(chunk as Buffer));
    stream.on('end', () => {
      found.set(name, Buffer.concat(chunks));
      next();
    });
  });
  await pipeline(createReadStream(file), reader);
  return found;
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

test('an archive names each image, its configuration by digest and the layers that the configuration lists', async () => {
  const file = join(directory, 'two.tar');
  await writeImages(file, [image, { ...image, reference: 'localhost/bye:1', entrypoint: ['/bin/hi'] }]);
  const found = await contents(file);
  const manifests = JSON.parse(String(found.get('manifest.json'))) as {
    Config: string;
    RepoTags: string[];
    Layers: [string];
  }[];
  expect(manifests.map(({ RepoTags }) => RepoTags)).toEqual([['localhost/hello:1'], ['localhost/bye:1']]);
  for (const { Config, Layers } of manifests) {
    const config = found.get(Config) ?? Buffer.of();
    expect(Config).toBe(`${sha256(config)}.json`);
    expect((JSON.parse(String(config)) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids).toEqual([
      `sha256:${sha256(found.get(Layers[0]) ?? Buffer.of())}`,
    ]);
  }
});

test('the same content gives the same bytes', async () => {
  const [one, other] = [join(directory, 'one.tar'), join(directory, 'other.tar')];
  await writeImages(one, [image]);
  await writeImages(other, [image]);
  expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
});

test('an image is known by its configuration, not by its name', async () => {
  const [one, renamed, changed] = ['a', 'b', 'c'].map((name) => join(directory, `${name}.tar`)) as [
    string,
    string,
    string,
  ];
  await writeImages(one, [image]);
  await writeImages(renamed, [{ ...image, reference: 'localhost/other:2' }]);
  await writeImages(changed, [{ ...image, entrypoint: ['/bin/hi'] }]);
  expect(await imageId(renamed)).toBe(await imageId(one));
  expect(await imageId(changed)).not.toBe(await imageId(one));
});
