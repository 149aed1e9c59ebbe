import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '../../lib/local/image-archive';
import { pushImage, type RegistryRequest } from '../../lib/rehearsal/docker/push';

const sha256 = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** A registry that keeps what it is given, and checks digests as the specification asks of it. */
function registry() {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const request: RegistryRequest = (method, path, body) => {
    const answer = (status: number, location?: string) =>
      Promise.resolve({ status, text: '', ...(location === undefined ? {} : { location }) });
    const digest = /digest=(.+)$|blobs\/(sha256:.+)$/.exec(path);
    const name = digest?.[1] ?? digest?.[2] ?? '';
    if (method === 'HEAD') return answer(blobs.has(name) ? 200 : 404);
    if (method === 'POST') return answer(202, '/v2/berth/blobs/uploads/1?state=x');
    const content = body?.content ?? Buffer.alloc(0);
    if (path.includes('/manifests/')) {
      manifests.set(path, content);
      return answer(201);
    }
    if (!path.includes('state=x&digest=') || sha256(content) !== name) return answer(400);
    blobs.set(name, content);
    return answer(201);
  };
  return { blobs, manifests, request };
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-push-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const image = async () => {
  const archive = join(directory, 'image.tar');
  const files = [{ path: 'bin/server', content: Buffer.from('server') }];
  await writeImages(archive, [
    { reference: 'localhost/a:1', architecture: 'amd64', entrypoint: ['/bin/server'], files },
  ]);
  return archive;
};

test('an image is pushed as blobs and a manifest that names them, and pulled by its digest', async () => {
  const { blobs, manifests, request } = registry();
  const digest = await pushImage(await image(), 'berth', '1', request);
  const manifest = manifests.get('/v2/berth/manifests/1') ?? Buffer.alloc(0);
  expect(digest).toBe(sha256(manifest));
  const { config, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string };
    layers: { digest: string; mediaType: string }[];
  };
  expect([config, ...layers].every((blob) => blobs.has(blob.digest))).toBe(true);
  expect(layers.map(({ mediaType }) => mediaType)).toEqual(['application/vnd.oci.image.layer.v1.tar']);
});

test('what the registry has is not sent again', async () => {
  const { request } = registry();
  const archive = await image();
  const first = await pushImage(archive, 'berth', '1', request);
  const sent: string[] = [];
  const second = await pushImage(archive, 'berth', '2', (method, path, body) => {
    sent.push(method);
    return request(method, path, body);
  });
  expect(second).toBe(first);
  expect(sent).toEqual(['HEAD', 'HEAD', 'PUT']);
});

test('a registry that refuses is an error with its answer', async () => {
  const refusing: RegistryRequest = () =>
    Promise.resolve({ status: 403, text: 'denied: no such repository' });
  await expect(pushImage(await image(), 'berth', '1', refusing)).rejects.toThrow('403');
});
