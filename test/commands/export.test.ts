import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minikubeManifests, type ExportOptions } from '../../lib/commands/export';

const options = { image: 'localhost/berth:dev', host: 'berth.localhost', replicas: 1 };
const headOf = (changed: Partial<ExportOptions>) =>
  minikubeManifests({ ...options, ...changed }).split('---\n')[0] ?? '';

describe('the exported manifests', () => {
  test('are the ones committed as manifests/minikube.yaml; bin/berth export --output writes it again', () => {
    const committed = readFileSync(join(__dirname, '..', '..', 'manifests', 'minikube.yaml'), 'utf8');
    expect(minikubeManifests({ ...options, output: 'manifests/minikube.yaml' })).toBe(committed);
  });

  test('carry the image and the host they were asked for', () => {
    const text = minikubeManifests({ ...options, image: 'ttl.sh/abc:1h', host: 'items.example' });
    expect(text).toContain('image: ttl.sh/abc:1h');
    expect(text).toContain('host: items.example');
    expect(text).not.toContain('localhost');
  });

  test('say in the head to apply the file that they are written to', () => {
    expect(headOf({ output: 'deep/x.yaml' })).toContain('# kubectl apply --filename deep/x.yaml\n');
    expect(headOf({ output: "it's here.yaml" })).toContain(
      "# kubectl apply --filename 'it'\\''s here.yaml'\n",
    );
    for (const nameless of [{}, { output: 'two\nlines' }]) {
      expect(headOf(nameless)).toContain('# kubectl apply --filename FILE\n');
    }
  });

  test('say in the head to build the image, but for one that is named by its digest', () => {
    expect(headOf({ image: 'ttl.sh/x:1' })).toContain(
      '# docker build --tag ttl.sh/x:1 . && minikube image load ttl.sh/x:1\n',
    );
    const image = `ttl.sh/x@sha256:${'a'.repeat(64)}`;
    expect(minikubeManifests({ ...options, image })).toContain(`image: ${image}`);
    expect(headOf({ image })).not.toContain('docker');
  });

  test('say in the head how to make the tokens, and hold none', () => {
    const [head = ''] = minikubeManifests(options).split('---\n');
    expect(head).toContain(
      '(umask 077; openssl rand -hex 32 > token) && kubectl --namespace berth create secret generic berth-tokens --from-file=tokens=token',
    );
    expect(minikubeManifests(options)).not.toContain('kind: Secret');
  });

  test('say how to make the Secret that members share only where there are several', () => {
    const line = 'kubectl --namespace berth create secret generic berth-peers --from-file=secret=';
    expect(minikubeManifests({ ...options, replicas: 3 })).toContain(line);
    expect(minikubeManifests(options)).not.toContain(line);
  });
});
