import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path/posix';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { UserError } from '../terminal/user-error';

/** How a container made from the image starts, as its configuration says. */
export interface ImageConfig {
  readonly architecture: string;
  /** As in the Dockerfile's USER; empty means root. */
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp`, in order. */
  readonly exposedPorts: readonly string[];
  /** When it says it was made. */
  readonly created: string | undefined;
}

/** Where the parts of an image are in its archive. */
export interface ArchiveLayout {
  readonly digest: string;
  readonly config: ImageConfig;
  /** Name of the configuration in the archive. */
  readonly configName: string;
  /** Names of the layers in the archive, lowest first. */
  readonly layers: readonly string[];
}

interface RawConfig {
  readonly architecture?: string;
  readonly created?: string;
  readonly config?: {
    readonly User?: string;
    readonly Entrypoint?: string[] | null;
    readonly Cmd?: string[] | null;
    readonly Env?: string[] | null;
    readonly Labels?: Record<string, string> | null;
    readonly ExposedPorts?: Record<string, unknown> | null;
  };
}

/** Larger members are layers; manifests and configurations are a few kilobytes. */
const LARGEST_DOCUMENT = 1024 * 1024;

/** @throws UserError the file is neither a docker-archive nor an OCI layout in a tar file */
export async function openArchive(archive: string): Promise<ArchiveLayout> {
  const documents = new Map<string, Buffer>();
  const links = new Map<string, string>();
  await walkTar(createReadStream(archive), async (header, content) => {
    if (header.type === 'symlink') links.set(header.name, join(header.name, '..', header.linkname));
    else if (header.type === 'file' && header.size <= LARGEST_DOCUMENT) {
      documents.set(header.name, await buffer(content));
    }
  });
  const read = (name: string): Buffer => {
    const found = documents.get(name);
    if (found) return found;
    throw new UserError(
      `${archive} holds no '${name}'; allowed: what \`docker save\` writes, or an OCI layout in a tar file`,
    );
  };
  const parse = (name: string): unknown => JSON.parse(read(name).toString('utf8'));
  const blob = (descriptor: { digest: string }) => `blobs/${descriptor.digest.replace(':', '/')}`;

  let names: { config: string; layers: string[] };
  if (documents.has('manifest.json') || !documents.has('index.json')) {
    const manifest = (parse('manifest.json') as { Config: string; Layers: string[] }[])[0];
    names = { config: manifest?.Config ?? 'configuration', layers: manifest?.Layers ?? [] };
  } else {
    type Descriptor = { digest: string };
    const first = (parse('index.json') as { manifests: Descriptor[] }).manifests[0] ?? { digest: 'manifest' };
    const manifest = parse(blob(first)) as { config: Descriptor; layers: Descriptor[] };
    names = { config: blob(manifest.config), layers: manifest.layers.map(blob) };
  }
  return {
    digest: `sha256:${createHash('sha256').update(read(names.config)).digest('hex')}`,
    config: toConfig(parse(names.config) as RawConfig),
    configName: names.config,
    layers: names.layers.map((layer) => links.get(layer) ?? layer),
  };
}

function toConfig(raw: RawConfig): ImageConfig {
  const config = raw.config ?? {};
  const environment = (config.Env ?? []).map((line): [string, string] => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=')];
  });
  return {
    architecture: raw.architecture ?? '',
    user: config.User ?? '',
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    environment: Object.fromEntries(environment),
    labels: config.Labels ?? {},
    exposedPorts: Object.keys(config.ExposedPorts ?? {}).sort(),
    created: raw.created,
  };
}

/** The bytes of an image's configuration and of its layers, lowest first, as a registry stores them. */
export async function readBlobs(archive: string): Promise<{ config: Buffer; layers: Buffer[] }> {
  const { configName, layers } = await openArchive(archive);
  const found = new Map<string, Buffer>();
  await walkTar(createReadStream(archive), async (header, content) => {
    const wanted = header.name === configName || layers.includes(header.name);
    if (wanted && header.type === 'file') found.set(header.name, await buffer(content));
  });
  const blob = (name: string) => {
    const content = found.get(name);
    if (!content) throw new UserError(`${archive} names '${name}' and does not hold it`);
    return content;
  };
  return { config: blob(configName), layers: layers.map(blob) };
}

/** Calls `take` with each member of one layer. The content need not be read. */
export async function walkLayer(
  archive: string,
  layer: string,
  take: (header: Header, content: Readable) => Promise<void>,
): Promise<void> {
  await walkTar(createReadStream(archive), async (header, content) => {
    if (header.name === layer && header.type === 'file') await walkTar(await uncompressed(content), take);
  });
}

async function walkTar(
  tar: Readable,
  take: (header: Header, content: Readable) => Promise<void>,
): Promise<void> {
  const entries = tar.pipe(extract());
  tar.on('error', (error) => {
    entries.destroy(error);
  });
  for await (const entry of entries) {
    await take(entry.header, entry as unknown as Readable);
    entry.resume();
  }
}

/** A layer is a tar file, in newer archives a compressed one. */
async function uncompressed(content: Readable): Promise<Readable> {
  const stream = content.pipe(new PassThrough());
  const first = await new Promise<Buffer | undefined>((resolve) => {
    stream.once('readable', () => {
      resolve((stream.read() as Buffer | null) ?? undefined);
    });
  });
  if (first) stream.unshift(first);
  return first?.[0] === 0x1f && first[1] === 0x8b ? stream.pipe(createGunzip()) : stream;
}
