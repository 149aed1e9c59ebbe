import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partKey, PARTS, PARTS_SOURCE, REGISTRY, type Part } from '../../lib/local/parts';

const GO = 'go1.26.0 linux/amd64';
const pause: Part = { name: 'pause', target: '.' };

function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'berth-parts-'));
  cpSync(join(PARTS_SOURCE, 'pause'), join(copy, 'pause'), { recursive: true });
  return copy;
}

test('two checkouts with the same sources share what was built', () => {
  expect(partKey(pause, GO, copyOfSources())).toBe(partKey(pause, GO));
});

test.each(['go.mod', 'main.go'])('a change in %s builds the part anew', (file) => {
  const copy = copyOfSources();
  appendFileSync(join(copy, 'pause', file), '\n// changed\n');
  expect(partKey(pause, GO, copy)).not.toBe(partKey(pause, GO));
});

test('so does a new file, another Go, another processor or another version set in the binary', () => {
  const copy = copyOfSources();
  writeFileSync(join(copy, 'pause', 'go.sum'), '');
  const keys = [
    partKey(pause, GO),
    partKey(pause, GO, copy),
    partKey(pause, 'go1.26.1 linux/amd64'),
    partKey(pause, 'go1.26.0 linux/arm64'),
    partKey({ ...pause, variables: { 'main.version': '2' } }, GO),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test.each([...PARTS, REGISTRY].map((part) => [part.name, part] as const))(
  '%s is a module of its own',
  (name, part) => {
    const module = readFileSync(join(PARTS_SOURCE, name, 'go.mod'), 'utf8');
    expect(module).toContain(`module berth/local/${name}\n`);
    expect(/^tool /m.test(module)).toBe(part.target === 'tool');
    expect(existsSync(join(PARTS_SOURCE, name, 'main.go'))).toBe(part.target === '.');
  },
);

test.each([
  ['kubernetes', 'k8s.io/kubernetes v1.'],
  ['kubectl', 'k8s.io/kubectl v0.'],
])('the version that %s tells is the one its module asks for', (name, required) => {
  const module = readFileSync(join(PARTS_SOURCE, name, 'go.mod'), 'utf8');
  const { variables } = PARTS.find((part) => part.name === name) ?? {};
  const told = variables?.['k8s.io/component-base/version.gitVersion'] ?? '';
  expect(told).toMatch(/^v1\.\d+\.\d+$/);
  expect(module).toContain(required + told.slice('v1.'.length));
});
