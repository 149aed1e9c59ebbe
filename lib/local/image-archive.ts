import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** A file of an image that has nothing below it. */
export interface ImageFile {
  readonly path: string;
  readonly content: Buffer;
}

export interface ImageContent {
  readonly reference: string;
  /** Go's name of the processor: amd64 or arm64. */
  readonly architecture: string;
  readonly entrypoint: readonly string[];
  readonly files: readonly ImageFile[];
  /** Names that mean another file, by their path. */
  readonly links?: Readonly<Record<string, string>>;
}

/** Writes what `docker save` would write of images built FROM scratch; the same content gives the same bytes. */
export async function writeImages(file: string, images: readonly ImageContent[]): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(file));
  const manifests = [];
  for (const image of images) {
    const layer = await layerOf(image);
    const digest = sha256(layer);
    const config = JSON.stringify({
      architecture: image.architecture,
      os: 'linux',
      config: { Entrypoint: image.entrypoint, Env: ['PATH=/bin'], WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created_by: 'berth' }],
    });
    const names = { Config: `${sha256(config)}.json`, Layers: [`${digest}.tar`] };
    archive.entry({ name: names.Config, mtime: EPOCH }, config);
    archive.entry({ name: `${digest}.tar`, mtime: EPOCH }, layer);
    manifests.push({ ...names, RepoTags: [image.reference] });
  }
  archive.entry({ name: 'manifest.json', mtime: EPOCH }, JSON.stringify(manifests));
  archive.finalize();
  await written;
}

const EPOCH = new Date(0);

async function layerOf(image: ImageContent): Promise<Buffer> {
  const layer = pack();
  const chunks: Buffer[] = [];
  layer.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => {
    layer.on('end', resolve).on('error', reject);
  });
  for (const { path, content } of image.files) {
    layer.entry({ name: path, mode: 0o755, mtime: EPOCH }, content);
  }
  for (const [path, target] of Object.entries(image.links ?? {})) {
    layer.entry({ name: path, type: 'symlink', linkname: target, mtime: EPOCH });
  }
  layer.finalize();
  await ended;
  return Buffer.concat(chunks);
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
