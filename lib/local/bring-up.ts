import { mkdirSync } from 'node:fs';
import { bothEnded } from '../process/both-ended';
import type { Progress } from '../terminal/progress';
import { buildParts, type BuiltParts } from './build-parts';
import { createCgroups } from './cgroups';
import {
  createCredentials,
  kubectl,
  program,
  startApiserver,
  startControllers,
  type Credentials,
  type Rising,
} from './control-plane';
import { waitWhileRunning, type Daemon } from './daemon';
import { startFrontDoor } from './front-door';
import { importImages } from './load-image';
import { createNetwork } from './network';
import { startNetworkPolicies, waitForNetworkPolicies, whyNotEnforced } from './network-policies';
import { containerdSocket, startContainerd, startKubelet, startProxy } from './node';
import type { Place } from './place';
import { bootId } from './processes';
import { startProvisioner } from './provisioner';
import { writeState, type ClusterState } from './state';
import { dns } from './system/dns';
import { ingress } from './system/ingress';
import { networkPolicies } from './system/network-policies';
import { storage } from './system/storage';
import { writeSystemImages } from './system-images';

/** Starts a cluster where there is nothing of one, and returns when it can run pods and requests reach them. */
export async function bringUp(place: Place, nodes: number, progress: Progress): Promise<ClusterState> {
  const parts = await buildParts(progress);
  const title = `Starting a local Kubernetes with ${nodes === 1 ? 'one node' : `${nodes} nodes`}`;
  return progress.step(title, async (detail) => {
    const state = await start(place, parts, nodes, {
      detail,
      note: (text) => {
        progress.note(text);
      },
    });
    writeState(place, state);
    detail('');
    return state;
  });
}

async function start(
  place: Place,
  parts: BuiltParts,
  nodes: number,
  { detail, note }: { detail: (text: string) => void; note: (text: string) => void },
): Promise<ClusterState> {
  const boot = bootId();
  const numbers = Array.from({ length: nodes }, (_, i) => i + 1);
  mkdirSync(place.state, { recursive: true, mode: 0o755 });
  detail('network');
  createCgroups(place, nodes);
  const net = await createNetwork(place, nodes);
  const rising: Rising = { place, parts, net, boot };

  detail('API server and containerd');
  const credentials = await createCredentials(rising, nodes);
  const [control, containerds] = await bothEnded(
    startControlPlane(rising, credentials, nodes),
    startRuntimes(rising, numbers),
  );

  detail('nodes');
  const onNodes = containerds.flatMap((containerd, i) => [
    containerd,
    startKubelet(rising, credentials, containerd, i + 1),
    startProxy(rising, i + 1),
  ]);
  const lacking = await whyNotEnforced(place);
  if (lacking !== undefined)
    note(`NetworkPolicies are not enforced, as this kernel lacks something: ${lacking}`);
  const policies = lacking === undefined ? numbers.map((n) => startNetworkPolicies(rising, n)) : [];
  const { daemon, door } = await startFrontDoor(rising, nodes);
  const daemons = [...control, ...onNodes, ...policies, startProvisioner(rising), daemon];
  await waitForNodes(rising, daemons, nodes);

  detail('DNS and Ingress');
  await waitForSystem(rising, daemons, nodes);
  await Promise.all(policies.map((_, i) => waitForNetworkPolicies(rising, daemons, i + 1)));
  return { checkout: place.checkout, boot, nodes, net, parts, frontDoor: door };
}

/** The controllers take some seconds to begin their work, so they start as soon as they can. */
async function startControlPlane(rising: Rising, credentials: Credentials, nodes: number): Promise<Daemon[]> {
  const apiserver = await startApiserver(rising, credentials);
  const controllers = startControllers(rising, credentials);
  await applySystem(rising, nodes);
  return [...apiserver, ...controllers];
}

/** A kubelet starts pods as soon as it runs, so every image is there before it is started. */
async function startRuntimes(rising: Rising, numbers: readonly number[]): Promise<Daemon[]> {
  const { place, parts } = rising;
  const archive = writeSystemImages(place, parts);
  const started = numbers.map(async (n) => {
    const [containerd, file] = await bothEnded(startContainerd(rising, n), archive);
    await importImages(program(parts, 'containerd', 'ctr'), containerdSocket(place, n), file);
    return containerd;
  });
  await Promise.allSettled(started);
  return Promise.all(started);
}

async function applySystem(rising: Rising, nodes: number): Promise<void> {
  const items = [...storage(), ...dns(nodes), ...ingress(), ...networkPolicies()];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(rising, ['apply', '--server-side', '--validate=false', '--filename=-'], list);
}

async function waitForNodes(rising: Rising, daemons: readonly Daemon[], nodes: number): Promise<void> {
  const path = '{range .items[*].status.conditions[?(@.type=="Ready")]}{.status} {end}';
  const ready = async () => {
    const listed = await kubectl(rising, ['get', 'nodes', `--output=jsonpath=${path}`]);
    return listed.split(' ').filter((status) => status === 'True').length === nodes || undefined;
  };
  await waitWhileRunning(rising.place, daemons, `${nodes} ready nodes`, ready, { seconds: 120, every: 300 });
}

async function waitForSystem(rising: Rising, daemons: readonly Daemon[], nodes: number): Promise<void> {
  const wanted = `${Math.min(nodes, 2)},${nodes}`;
  const ready = async () => {
    const found = await kubectl(rising, [
      ...['--namespace=kube-system', 'get', 'deployment/coredns', 'daemonset/skipper'],
      '--output=jsonpath={.items[0].status.readyReplicas},{.items[1].status.numberReady}',
    ]);
    return found === wanted || undefined;
  };
  await waitWhileRunning(rising.place, daemons, 'DNS and Ingress', ready, { seconds: 120, every: 300 });
}
