import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { BuiltParts } from './build-parts';
import { certificateOf, createAuthority, issue, kubeconfig, type Certificate } from './certificates';
import { startDaemon, waitWhileRunning, type Daemon } from './daemon';
import { apiIsReady, apiUrl, etcdHealthUrl, etcdIsReady } from './health';
import { namespaceOf, type Place } from './place';
import { nodeAddress, SERVICES, type Subnet } from './subnet';
import { NETWORK_POLICIES } from './system/network-policies';

/** A cluster on its way up: what every later step needs to know. */
export interface Rising {
  readonly place: Place;
  readonly parts: BuiltParts;
  readonly net: Subnet;
  readonly boot: string;
}

export interface Credentials {
  readonly authority: Certificate;
  readonly tokens: Certificate;
  readonly apiserver: Certificate;
  readonly nodes: readonly Certificate[];
}

/** What a person can do where a cluster runs that is not the one that is wanted. */
export const START_ANEW = "'bin/berth down' removes it with its data, then 'bin/berth up' starts another";

/** @throws UserError the cluster was started before it had this part */
export function program(parts: BuiltParts, part: string, name = part): string {
  const directory = parts[part];
  if (directory === undefined) {
    throw new UserError(
      `the local Kubernetes runs parts of other versions than this checkout's, and no ${part}; ${START_ANEW}`,
    );
  }
  return join(directory, name);
}

export const adminKubeconfig = (place: Place): string => kubeconfigFile(place, 'admin');

export function kubeconfigFile(place: Place, user: string): string {
  return join(place.state, `${user}.kubeconfig`);
}

/** Certificates for every component, and kubeconfigs for those that are clients. */
export async function createCredentials({ place, net }: Rising, nodes: number): Promise<Credentials> {
  const { authority, tokens } = await createAuthority(place);
  const address = nodeAddress(net, 1);
  const client = async (name: string, subject: string, reachedBy?: readonly string[]) => {
    const certificate = await issue(place, authority, { name, subject, ...(reachedBy ? { reachedBy } : {}) });
    writeFileSync(kubeconfigFile(place, name), kubeconfig(apiUrl(net), authority, certificate), {
      mode: 0o600,
    });
    return certificate;
  };
  const [apiserver] = await Promise.all([
    issue(place, authority, {
      name: 'apiserver',
      subject: '/O=system:masters/CN=kube-apiserver', // As a client, of the kubelets.
      reachedBy: [
        ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
          (name) => `DNS:${name}`,
        ),
        ...['127.0.0.1', SERVICES.apiserver, address].map((ip) => `IP:${ip}`),
      ],
    }),
    client('admin', '/O=system:masters/CN=admin'),
    client('controllers', '/CN=system:kube-controller-manager'),
    client('scheduler', '/CN=system:kube-scheduler'),
    client('proxy', '/CN=system:kube-proxy'),
    client(NETWORK_POLICIES, `/CN=system:${NETWORK_POLICIES}`),
  ]);
  const numbers = Array.from({ length: nodes }, (_, i) => i + 1);
  const kubelets = numbers.map((n) =>
    client(`node-${n}`, `/O=system:nodes/CN=system:node:node-${n}`, [
      `DNS:node-${n}`,
      `IP:${nodeAddress(net, n)}`,
    ]),
  );
  return { authority, tokens, apiserver, nodes: await Promise.all(kubelets) };
}

/** The credentials of a cluster that is up. */
export function existingCredentials(place: Place, nodes: number): Credentials {
  const named = (name: string) => certificateOf(place, name);
  return {
    authority: named('authority'),
    tokens: named('tokens'),
    apiserver: named('apiserver'),
    nodes: Array.from({ length: nodes }, (_, i) => named(`node-${i + 1}`)),
  };
}

/** Starts etcd and the API server on node 1, and waits until the server answers. */
export async function startApiserver(rising: Rising, credentials: Credentials): Promise<Daemon[]> {
  const { place, parts, net, boot } = rising;
  const { authority, tokens, apiserver } = credentials;
  const etcd = startDaemon(place, boot, 'etcd', [
    ...onNode(place, 1),
    program(parts, 'etcd'),
    `--data-dir=${join(place.state, 'etcd')}`,
    '--unsafe-no-fsync', // The cluster does not outlive a crash of this machine; its volumes are on their own.
    '--log-level=warn',
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--listen-peer-urls=http://127.0.0.1:2380',
    `--listen-metrics-urls=${etcdHealthUrl(net)}`,
  ]);
  // An API server that finds no etcd waits for eight seconds before it looks again.
  await waitWhileRunning(place, [etcd], 'etcd', async () => (await etcdIsReady(net)) || undefined, {
    seconds: 60,
  });
  const server = startDaemon(place, boot, 'kube-apiserver', [
    ...onNode(place, 1),
    program(parts, 'kubernetes', 'kube-apiserver'),
    '--etcd-servers=http://127.0.0.1:2379',
    `--advertise-address=${nodeAddress(net, 1)}`,
    `--service-cluster-ip-range=${SERVICES.cidr}`,
    `--client-ca-file=${authority.certificate}`,
    `--tls-cert-file=${apiserver.certificate}`,
    `--tls-private-key-file=${apiserver.key}`,
    `--kubelet-client-certificate=${apiserver.certificate}`,
    `--kubelet-client-key=${apiserver.key}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${tokens.certificate}`,
    `--service-account-signing-key-file=${tokens.key}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
  ]);
  await waitWhileRunning(
    place,
    [etcd, server],
    'the Kubernetes API',
    async () => (await apiIsReady(place, net)) || undefined,
    { seconds: 120 },
  );
  return [etcd, server];
}

/** How long a node may say nothing before its pods count as not ready; it says something every two seconds. */
export const NODE_GRACE_SECONDS = 12;

/** Starts what acts on the cluster's objects. Both end themselves if there is no API server yet. */
export function startControllers(
  { place, parts, boot }: Rising,
  { authority, tokens }: Credentials,
): Daemon[] {
  const identity = (user: string) => [
    `--kubeconfig=${kubeconfigFile(place, user)}`,
    `--authentication-kubeconfig=${kubeconfigFile(place, user)}`,
    `--authorization-kubeconfig=${kubeconfigFile(place, user)}`,
    // For what they serve themselves, which nobody asks here; without, each first makes one, for a second or more.
    `--tls-cert-file=${certificateOf(place, user).certificate}`,
    `--tls-private-key-file=${certificateOf(place, user).key}`,
  ];
  const controllers = startDaemon(place, boot, 'kube-controller-manager', [
    ...onNode(place, 1),
    program(parts, 'kubernetes', 'kube-controller-manager'),
    ...identity('controllers'),
    '--use-service-account-credentials',
    `--service-account-private-key-file=${tokens.key}`,
    `--root-ca-file=${authority.certificate}`,
    `--cluster-signing-cert-file=${authority.certificate}`,
    `--cluster-signing-key-file=${authority.key}`,
    '--leader-elect=false',
    // A namespace that goes is looked at again, not only after half the time that its pods may take to end.
    '--namespace-sync-period=2s',
    // A node that vanished is found out as soon as load balancers with health checks find out its pods.
    '--node-monitor-period=1s',
    `--node-monitor-grace-period=${NODE_GRACE_SECONDS}s`,
  ]);
  const scheduler = startDaemon(place, boot, 'kube-scheduler', [
    ...onNode(place, 1),
    program(parts, 'kubernetes', 'kube-scheduler'),
    ...identity('scheduler'),
    '--leader-elect=false',
  ]);
  return [controllers, scheduler];
}

/** What a command is preceded by to run in a node's network. */
export function onNode(place: Place, n: number): [string, ...string[]] {
  return ['nsenter', `--net=/run/netns/${namespaceOf(place, n)}`];
}

/** Runs a command in a node's network and returns what it prints. */
export async function runOnNode(place: Place, n: number, command: readonly string[]): Promise<string> {
  const [enter, ...into] = onNode(place, n);
  return run(enter, [...into, ...command]);
}

export async function kubectl(
  { place, parts }: Rising,
  args: readonly string[],
  input = '',
): Promise<string> {
  return run(program(parts, 'kubectl'), ['--kubeconfig', adminKubeconfig(place), ...args], {
    input,
  });
}
