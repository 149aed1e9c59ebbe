import { createHash } from 'node:crypto';
import { readBlobs } from '../../image/archive-layout';
import { UserError } from '../../terminal/user-error';

/** One request to a registry; gives the status and a few headers. */
export type RegistryRequest = (
  method: 'POST' | 'PUT' | 'HEAD',
  path: string,
  body?: { readonly content: Buffer; readonly type: string },
) => Promise<{ status: number; location?: string; text: string }>;

const IMAGE = 'application/vnd.oci.image.';

/**
 * Pushes an image to a registry, by the OCI distribution specification: each blob, then the manifest under its tag.
 * @returns the manifest's digest, `sha256:…`, by which the image is pulled
 */
export async function pushImage(
  archive: string,
  repository: string,
  tag: string,
  request: RegistryRequest,
): Promise<string> {
  const { config, layers } = await readBlobs(archive);
  for (const blob of [config, ...layers]) await pushBlob(repository, blob, request);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${IMAGE}manifest.v1+json`,
      config: describe(config, `${IMAGE}config.v1+json`),
      layers: layers.map((layer) =>
        describe(layer, isCompressed(layer) ? `${IMAGE}layer.v1.tar+gzip` : `${IMAGE}layer.v1.tar`),
      ),
    }),
  );
  const put = await request('PUT', `/v2/${repository}/manifests/${tag}`, {
    content: manifest,
    type: `${IMAGE}manifest.v1+json`,
  });
  expectStatus(put, 201, `manifest of ${repository}:${tag}`);
  return digest(manifest);
}

async function pushBlob(repository: string, blob: Buffer, request: RegistryRequest): Promise<void> {
  const name = digest(blob);
  if ((await request('HEAD', `/v2/${repository}/blobs/${name}`)).status === 200) return;
  const begun = await request('POST', `/v2/${repository}/blobs/uploads/`);
  expectStatus(begun, 202, `upload to ${repository}`);
  const location = begun.location ?? '';
  const path = `${location}${location.includes('?') ? '&' : '?'}digest=${name}`;
  const put = await request('PUT', path, { content: blob, type: 'application/octet-stream' });
  expectStatus(put, 201, `blob ${name}`);
}

function describe(content: Buffer, mediaType: string) {
  return { mediaType, size: content.length, digest: digest(content) };
}

function digest(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function isCompressed(layer: Buffer): boolean {
  return layer[0] === 0x1f && layer[1] === 0x8b;
}

function expectStatus(answer: { status: number; text: string }, wanted: number, what: string): void {
  if (answer.status === wanted) return;
  throw new UserError(`the registry answered ${answer.status} to the ${what}: ${answer.text.slice(0, 300)}`);
}
