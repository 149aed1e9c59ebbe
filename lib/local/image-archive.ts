import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { UserError } from '../terminal/user-error';

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

/** Writes what `docker save` would write of an image built FROM scratch; the same content gives the same bytes. */
export async function writeImage(file: string, image: ImageContent): Promise<void> {
  const layer = await layerOf(image);
  const config = JSON.stringify({
    architecture: image.architecture,
    os: 'linux',
    config: { Entrypoint: image.entrypoint, Env: ['PATH=/bin'], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created_by: 'berth' }],
  });
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [image.reference], Layers: ['layer.tar'] }];
  const archive = pack();
  const written = pipeline(archive, createWriteStream(file));
  archive.entry({ name: 'manifest.json', mtime: EPOCH }, JSON.stringify(manifest));
  archive.entry({ name: configName, mtime: EPOCH }, config);
  archive.entry({ name: 'layer.tar', mtime: EPOCH }, layer);
  archive.finalize();
  await written;
}

/**
 * What identifies the image in an archive of Docker's or OCI's layout: unlike the archive's own bytes, it stays
 * the same when an image is saved again.
 */
export async function imageId(file: string): Promise<string> {
  const reader = extract();
  const documents = new Map<string, string>();
  reader.on('entry', ({ name }, stream, next) => {
    const wanted = name === 'manifest.json' || name === 'index.json';
    let text = '';
    stream.on('data', (chunk) => {
      if (wanted) text += String(chunk);
    });
    stream.on('end', () => {
      if (wanted) documents.set(name, text);
      next();
    });
  });
  await pipeline(createReadStream(file), reader);
  const docker = documents.get('manifest.json');
  const oci = documents.get('index.json');
  const id = docker
    ? (JSON.parse(docker) as { Config: string }[])[0]?.Config
    : oci && (JSON.parse(oci) as { manifests: { digest: string }[] }).manifests[0]?.digest;
  const digest = /[0-9a-f]{64}/.exec(id ?? '')?.[0];
  if (!digest) throw new UserError(`${file} is not an image: save one with docker save, or in OCI's layout`);
  return digest;
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
