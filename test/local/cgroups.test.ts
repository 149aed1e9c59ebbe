import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCgroups, kubeletCgroup, processesInCgroups } from '../../lib/local/cgroups';
import type { Place } from '../../lib/local/place';

const place: Place = { id: 'f', checkout: '', state: '', link: '', cgroup: 'berth-f', marker: {} };

function hierarchy(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'berth-cgroup-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test('with cgroup v1 every controller gets the group, and its cpusets what admits processes', () => {
  const root = hierarchy({
    'memory/cgroup.procs': '',
    'cpuset/cgroup.procs': '',
    'cpuset/cpuset.cpus': '0-1\n',
    'cpuset/cpuset.mems': '0\n',
  });
  createCgroups(place, 2, root);
  expect(existsSync(join(root, 'memory/berth-f/node-2'))).toBe(true);
  expect(readFileSync(join(root, 'cpuset/berth-f/cpuset.cpus'), 'utf8')).toBe('0-1\n');
  expect(readFileSync(join(root, `cpuset${kubeletCgroup(place, 1)}/cpuset.mems`), 'utf8')).toBe('0\n');
});

test('with cgroup v2 the controllers that a kubelet wants are handed down, if the machine has them', () => {
  const root = hierarchy({
    'cgroup.controllers': 'cpu memory rdma\n',
    'cgroup.procs': '',
    'cgroup.subtree_control': '',
    // The kernel makes these with the group.
    'berth-f/cgroup.controllers': 'cpu memory\n',
  });
  createCgroups(place, 1, root);
  expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('+memory'); // Each write is one request.
  expect(readFileSync(join(root, 'berth-f/cgroup.subtree_control'), 'utf8')).toBe('+memory');
  expect(existsSync(join(root, 'berth-f/node-1'))).toBe(true);
});

test.each([
  [
    'cpu.shares',
    { 'cpu/cgroup.procs': '', 'cpu/berth-f/cpu.shares': '1024' },
    'cpu/berth-f/cpu.shares',
    1024,
  ],
  [
    'cpu.weight',
    { 'cgroup.controllers': 'cpu\n', 'berth-f/cgroup.controllers': 'cpu\n', 'berth-f/cpu.weight': '100' },
    'berth-f/cpu.weight',
    100,
  ],
])("with %s the nodes' pods weigh as much as machines of their own", (_, files, file, standard) => {
  const root = hierarchy(files);
  createCgroups(place, 3, root);
  expect(Number(readFileSync(join(root, file), 'utf8'))).toBe(standard * 3 * availableParallelism());
});

test("the processes found are those of every group below the cluster's, once each, and no others", () => {
  const root = hierarchy({
    'memory/cgroup.procs': '1\n2\n',
    'memory/berth-f/cgroup.procs': '',
    'memory/berth-f/node-1/pod/cgroup.procs': '30\n31\n',
    'memory/berth-f/node-1/cgroup.procs': '',
    'pids/cgroup.procs': '1\n',
    'pids/berth-f/cgroup.procs': '31\n',
  });
  expect(processesInCgroups(place, root).sort()).toEqual([30, 31]);
});
