import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../installation/cache';

/** A program of the cluster that is built from source, from the Go module `parts/<name>`. */
export interface Part {
  readonly name: string;
  /** What is built: `.` is the module's own main package, `tool` the programs its go.mod names. */
  readonly target: '.' | 'tool';
  /** Other names a binary is called by, which tell it what to be. */
  readonly links?: readonly string[];
  /** Values set in the binary, by the path of the variable. */
  readonly variables?: Readonly<Record<string, string>>;
}

const KUBERNETES = 'v1.36.3';

/** What makes Kubernetes tell its version, such as `v1.36.3`. */
function versionOf(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const path = 'k8s.io/component-base/version.git';
  return { [`${path}Version`]: version, [`${path}Major`]: major, [`${path}Minor`]: minor };
}

/** In the order they are built: the one that takes longest first, modules that share dependencies together. */
export const PARTS: readonly Part[] = [
  {
    name: 'kubernetes',
    target: '.',
    links: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet'],
    variables: versionOf(KUBERNETES),
  },
  { name: 'kubectl', target: '.', variables: versionOf(KUBERNETES) },
  { name: 'network-policies', target: '.' },
  { name: 'coredns', target: '.' },
  { name: 'local-path-provisioner', target: 'tool' },
  { name: 'containerd', target: 'tool' },
  { name: 'etcd', target: '.' },
  { name: 'skipper', target: 'tool' },
  { name: 'front-door', target: '.' },
  { name: 'pause', target: '.' },
];

/** Built and started only when an image is to be pushed and pulled on this machine. */
export const REGISTRY: Part = { name: 'registry', target: '.' };

export const PARTS_SOURCE = join(__dirname, 'parts');

/** Where the built parts are kept: outside the checkout, so that every checkout shares them. */
export function partsCache(): string {
  return cacheDirectory('parts');
}

/**
 * Arguments of `go build`, without the target and `-o`.
 *
 * Compiled without inlining and without data for debuggers: that takes a third less time, and a cluster that is
 * used by one person does not notice that it computes a little slower.
 */
export function buildArguments(part: Part): string[] {
  const variables = Object.entries(part.variables ?? {}).map(([path, value]) => `-X ${path}=${value}`);
  return ['-trimpath', '-gcflags=all=-l -dwarf=false', `-ldflags=${['-s -w', ...variables].join(' ')}`];
}

/** Changes with anything that makes the binaries differ: the sources, how they are built, Go and the processor. */
export function partKey(part: Part, go: string, source = PARTS_SOURCE): string {
  const hash = createHash('sha256').update(JSON.stringify([part, buildArguments(part), go]));
  const directory = join(source, part.name);
  for (const file of readdirSync(directory).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
