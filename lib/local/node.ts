import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onNode, kubeconfigFile, program, type Credentials, type Rising } from './control-plane';
import { startDaemon, waitWhileRunning, type Daemon } from './daemon';
import { listens } from './health';
import { containerdConfig, CONTAINERD_SOCKET, kubeletConfig, podNetwork, proxyConfig } from './node-config';
import { nodeDirectory, registriesDirectory, type Place } from './place';
import { programPath } from './requirements';
import { nodeAddress } from './subnet';

/** containerd's socket as this machine sees it, beside the node's own directories. */
export function containerdSocket(place: Place, n: number): string {
  return join(nodeDirectory(place, n), 'run', CONTAINERD_SOCKET.replace('/run/', ''));
}

/** Starts containerd, and with it what makes the node: directories of its own. */
export async function startContainerd({ place, parts, net, boot }: Rising, n: number): Promise<Daemon> {
  const directory = nodeDirectory(place, n);
  const cni = join(directory, 'cni');
  for (const made of [cni, ...['run', 'log', join('lib', 'berth')].map((name) => join(directory, name))]) {
    mkdirSync(made, { recursive: true });
  }
  writeFileSync(join(cni, 'pods.conflist'), JSON.stringify(podNetwork(net, n)));
  const config = join(directory, 'containerd.toml');
  writeFileSync(config, containerdConfig(programPath('runc') ?? 'runc', cni, registriesDirectory(place)));
  const command = [
    'unshare',
    '--mount',
    '--propagation',
    'slave',
    'sh',
    '-ec',
    OWN_DIRECTORIES,
    'sh',
    directory,
  ];
  const daemon = startDaemon(
    place,
    boot,
    `containerd-${n}`,
    [...onNode(place, n), ...command, program(parts, 'containerd'), '--config', config],
    { path: [parts['containerd'] ?? ''] },
  );
  const socket = containerdSocket(place, n);
  await waitWhileRunning(
    place,
    [daemon],
    `containerd on node ${n}`,
    async () => (await listens(socket)) || undefined,
    { seconds: 60 },
  );
  return daemon;
}

/**
 * Gives a node its own /var/lib, /var/log and /run, in a mount namespace that ends with its processes: every path
 * that Kubernetes or a plugin has for fixed is the node's, and nothing stays mounted when they are killed.
 * The clusters' own state stays where it is, below the new /var/lib.
 */
const OWN_DIRECTORIES = `
mount --bind /var/lib/berth "$1/lib/berth"
mount --rbind "$1/lib" /var/lib
mount --bind "$1/log" /var/log
mount --bind "$1/run" /run
shift
exec "$@"`;

/** Starts the kubelet in the node's own directories. */
export function startKubelet(
  rising: Rising,
  credentials: Credentials,
  containerd: Daemon,
  n: number,
): Daemon {
  const { place, parts, net, boot } = rising;
  const directory = nodeDirectory(place, n);
  const certificate = credentials.nodes[n - 1];
  if (!certificate) throw new Error(`node ${n} has no certificate`);
  const resolvConf = join(directory, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n'); // Names outside the cluster do not resolve.
  const config = join(directory, 'kubelet.json');
  writeFileSync(config, JSON.stringify(kubeletConfig(place, n, { ...credentials, certificate, resolvConf })));
  return startDaemon(place, boot, `kubelet-${n}`, [
    'nsenter',
    `--target=${containerd.pid}`,
    '--net',
    '--mount',
    program(parts, 'kubernetes', 'kubelet'),
    `--config=${config}`,
    `--kubeconfig=${kubeconfigFile(place, `node-${n}`)}`,
    `--hostname-override=node-${n}`,
    `--node-ip=${nodeAddress(net, n)}`,
    `--node-labels=topology.kubernetes.io/region=local,topology.kubernetes.io/zone=${zoneOf(n)}`,
  ]);
}

export function startProxy({ place, parts, net, boot }: Rising, n: number): Daemon {
  const config = join(nodeDirectory(place, n), 'kube-proxy.json');
  writeFileSync(config, JSON.stringify(proxyConfig(place, net, n)));
  return startDaemon(place, boot, `kube-proxy-${n}`, [
    ...onNode(place, n),
    program(parts, 'kubernetes', 'kube-proxy'),
    `--config=${config}`,
  ]);
}

export const zoneOf = (n: number): string => `zone-${n}`;
