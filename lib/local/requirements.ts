import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from '../requirements/requirement';
import { UserError } from '../terminal/user-error';
import { goVersion } from './go-toolchain';
import { PARTS, PARTS_SOURCE } from './parts';

export const BUSYBOX = '/bin/busybox';
export const CNI_PLUGINS = '/usr/lib/cni';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The full path of a system program; a person's PATH may lack the sbin directories. */
export function programPath(name: string, root = '/'): string | undefined {
  return DIRECTORIES.map((directory) => join(root, directory, name)).find((path) => existsSync(path));
}

/** What a local cluster needs of this machine, each with whether it is here. */
export async function localRequirements(): Promise<Requirement[]> {
  return [...systemRequirements(), await goRequirement()];
}

/** All but Go. `root` is the file system looked at. */
export function systemRequirements(root = '/'): Requirement[] {
  const program = (name: string, why: string, debianPackage: string): Requirement => ({
    name,
    found: programPath(name, root) !== undefined,
    why,
    debianPackage,
  });
  const filesystems = join(root, 'proc/filesystems');
  return [
    {
      name: 'Linux, 64-bit',
      found: process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch),
      why: `nodes are namespaces of its kernel, on amd64 or arm64; this is ${process.platform} on ${process.arch}`,
    },
    { name: 'root', found: process.getuid?.() === 0, why: 'makes the namespaces; run the command with sudo' },
    {
      name: 'overlayfs',
      found: existsSync(filesystems) && /\boverlay$/m.test(readFileSync(filesystems, 'utf8')),
      why: "holds the images' layers; load it with modprobe overlay",
    },
    program('ip', "makes the nodes' network", 'iproute2'),
    program('nsenter', 'starts programs on a node', 'util-linux'),
    program('openssl', "makes the cluster's certificates", 'openssl'),
    program('nft', 'holds the rules of kube-proxy', 'nftables'),
    program('iptables', 'holds the rules of network policies', 'iptables'),
    program('ipset', 'holds the addresses that network policies are about', 'ipset'),
    program('conntrack', 'cleans up after services, for kube-proxy', 'conntrack'),
    program('runc', 'runs the containers', 'runc'),
    {
      name: 'CNI plugins',
      found: existsSync(join(root, CNI_PLUGINS, 'ptp')),
      why: "make the pods' network",
      debianPackage: 'containernetworking-plugins',
    },
    {
      name: 'busybox-static',
      found: isStatic(join(root, BUSYBOX)),
      why: 'makes the directories of volumes; it must need no libraries',
      debianPackage: 'busybox-static',
    },
  ];
}

/** Throws unless everything is here, telling of all that is not at once. */
export function assertRequirements(): void {
  const missing = systemRequirements().filter((requirement) => !requirement.found);
  if (missing.length === 0) return;
  const lines = missing.map(({ name, why, debianPackage }) =>
    debianPackage ? `  ${name}: ${why} (apt-get install ${debianPackage})` : `  ${name}: ${why}`,
  );
  throw new UserError(`a local Kubernetes needs what this machine lacks:\n${lines.join('\n')}`);
}

async function goRequirement(): Promise<Requirement> {
  try {
    await Promise.all(PARTS.map((part) => goVersion(join(PARTS_SOURCE, part.name))));
    return { name: 'go', found: true, why: 'builds the parts of Kubernetes, once' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: 'go', found: false, why: error.message }; // Debian's own is too old.
  }
}

/** Whether a program names no dynamic loader, whose path is among the first bytes of those that do. */
function isStatic(file: string): boolean {
  if (!existsSync(file)) return false;
  const start = Buffer.alloc(4096);
  const opened = openSync(file, 'r');
  readSync(opened, start);
  closeSync(opened);
  return !start.includes('/ld-');
}
