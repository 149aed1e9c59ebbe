import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place';

const ROOT = '/sys/fs/cgroup';

/** Controllers a kubelet insists on finding below its root. */
const CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'];

/** What a kubelet calls the root of its pods' cgroups; each node needs its own, or they remove each other's pods. */
export function kubeletCgroup(place: Place, n: number): string {
  return `/${place.cgroup}/node-${n}`;
}

/** Makes each node's cgroup, which a kubelet expects to find. */
export function createCgroups(place: Place, nodes: number, root = ROOT): void {
  for (const hierarchy of hierarchies(root)) {
    if (isUnified(hierarchy)) enableControllers(hierarchy);
    const cluster = makeGroup(hierarchy, place.cgroup);
    if (isUnified(hierarchy)) enableControllers(cluster);
    weigh(cluster, nodes);
    for (let n = 1; n <= nodes; n += 1) makeGroup(cluster, `node-${n}`);
  }
}

/** Every process in the cluster's cgroups, or in those of node `n`: those of its pods. */
export function processesInCgroups(place: Place, root = ROOT, n?: number): number[] {
  const node = n === undefined ? '' : `${kubeletCgroup(place, n)}/`;
  const found = groups(place, root)
    .filter((directory) => `${directory}/`.includes(node))
    .flatMap((directory) =>
      readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    );
  return [...new Set(found)];
}

/** Removes the cgroups, whose processes have ended; the kernel may take a moment to notice that they did. */
export async function removeCgroups(place: Place, root = ROOT): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const left = groups(place, root).reverse();
    if (left.length === 0) return;
    for (const directory of left) {
      try {
        rmdirSync(directory);
      } catch (error) {
        if (attempt === 50) throw error;
      }
    }
    await sleep(50);
  }
}

export function cgroupsExist(place: Place, root = ROOT): boolean {
  return groups(place, root).length > 0;
}

/**
 * The mounted hierarchies: with cgroup v2 the one, with v1 one for each controller. Beside those of v1 systemd mounts
 * a v2 hierarchy without controllers, of no use here; but runc, where it finds one, makes its containers' groups there too.
 */
function hierarchies(root: string): string[] {
  if (isUnified(root)) return [root];
  const mounted = readdirSync(root)
    .map((name) => realpathSync(join(root, name))) // cpu and cpuacct may be links to one hierarchy.
    .filter((directory) => existsSync(join(directory, 'cgroup.procs')));
  return [...new Set(mounted)];
}

function isUnified(directory: string): boolean {
  return existsSync(join(directory, 'cgroup.controllers'));
}

/** With v2, a group has the controllers its parent hands down; systemd hands down only some of them. */
function enableControllers(directory: string): void {
  const available = readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const controller of CONTROLLERS.filter((name) => available.includes(name))) {
    writeFileSync(join(directory, 'cgroup.subtree_control'), `+${controller}`);
  }
}

function makeGroup(parent: string, name: string): string {
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  // With v1, a cpuset admits no process until it is told its processors and memory.
  for (const file of isUnified(parent) ? [] : ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(join(parent, file))) copyFileSync(join(parent, file), join(directory, file));
  }
  return directory;
}

/** What a group weighs that is told nothing, and the most it may, with cgroup v1 and v2. */
const WEIGHTS = [
  { file: 'cpu.shares', standard: 1024, most: 262_144 },
  { file: 'cpu.weight', standard: 100, most: 10_000 },
];

/**
 * Lets the pods of each node weigh as much as a kubelet wants them to, which is a standard weight for each processor.
 * Else those of all nodes together would get as much as one process beside them while processors are short.
 */
function weigh(cluster: string, nodes: number): void {
  for (const { file, standard, most } of WEIGHTS) {
    const path = join(cluster, file);
    if (existsSync(path))
      writeFileSync(path, String(Math.min(most, standard * nodes * availableParallelism())));
  }
}

/** The cluster's groups, parents before children. */
function groups(place: Place, root: string): string[] {
  const below = (directory: string): string[] => [
    directory,
    ...readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => below(join(directory, entry.name))),
  ];
  return hierarchies(root)
    .map((hierarchy) => join(hierarchy, place.cgroup))
    .filter((directory) => existsSync(directory))
    .flatMap(below);
}
