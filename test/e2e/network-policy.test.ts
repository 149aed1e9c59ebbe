import { contract } from '../../lib/contract';
import { SYSTEM_IMAGES } from '../../lib/local/system-images';
import { selector } from '../../lib/manifests/labels';
import { networkPolicy } from '../../lib/manifests/network-policy';
import { toYaml } from '../../lib/manifests/yaml';
import { waitFor } from '../../lib/process/wait';
import { minikube } from '../manifests/profiles-for-test';
import { kubectl } from './environment';

// The policy in a namespace of its own, on pods that listen as members do: the image of the server has no shell.
const MEMBERS = 'policy-members';
const STRANGERS = 'policy-strangers';
const INGRESS = 'ingress-nginx';
const { http, peer, membership } = contract.ports;
const ports = [http, peer, membership].map(({ number }) => number);

/** A pod that listens on the ports of a member. */
const pod = (nodeName: string, namespace: string, name: string, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    nodeName,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name,
        image: SYSTEM_IMAGES.busybox,
        imagePullPolicy: 'IfNotPresent',
        command: ['/bin/sh', '-c', `${ports.map((port) => `httpd -p ${port}`).join('; ')}; exec sleep 3600`],
      },
    ],
  },
});
const pods = [
  pod('node-1', MEMBERS, 'one', selector),
  pod('node-2', MEMBERS, 'two', selector),
  pod('node-1', STRANGERS, 'stranger'),
  pod('node-3', INGRESS, 'controller'),
];
const addresses = new Map<string, string>();

beforeAll(async () => {
  const namespaces = [MEMBERS, STRANGERS, INGRESS].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const policy = networkPolicy({ ...minikube(), namespace: MEMBERS });
  await kubectl(['apply', '--filename', '-'], toYaml([...namespaces, policy, ...pods]));
  for (const { metadata } of pods) {
    const name = ['--namespace', metadata.namespace, `pod/${metadata.name}`];
    await kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...name]);
    addresses.set(metadata.name, await kubectl(['get', ...name, '--output=jsonpath={.status.podIP}']));
  }
  // Rules follow the pods within a second or two, on every node by itself.
  await waitFor('the rules', async () => (await areMade()) || undefined, { seconds: 30, every: 500 });
});
afterAll(() => kubectl(['delete', 'namespace', MEMBERS, STRANGERS, INGRESS, '--wait=false']));

async function areMade(): Promise<boolean> {
  const open = await Promise.all([
    reached('one', ['two']),
    reached('two', ['one']),
    reached('controller', ['one']),
  ]);
  const closed = await reached('stranger', ['one', 'two']);
  return open.every((found) => found.length > 0) && closed.length === 0;
}

/** Which ports of these pods, or of a host, take a connection from a pod. */
async function reached(
  from: string,
  to: readonly string[],
  tried: readonly number[] = ports,
): Promise<string[]> {
  // All at once, as one that is refused takes a second.
  const tries = to.flatMap((name) =>
    tried.map(
      (port) =>
        `(nc -w 3 ${addresses.get(name) ?? name} ${port} </dev/null 2>/dev/null && echo ${name}:${port}) &`,
    ),
  );
  const { namespace } = pods.find(({ metadata }) => metadata.name === from)?.metadata ?? {};
  const command = ['/bin/sh', '-c', `${tries.join(' ')} wait; true`];
  const printed = await kubectl(['exec', '--namespace', namespace ?? '', from, '--', ...command]);
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe('the NetworkPolicy, enforced', () => {
  test('lets members reach each other where members talk, and nowhere else', async () => {
    expect(await reached('one', ['two', 'stranger'])).toEqual([
      `two:${peer.number}`,
      `two:${membership.number}`,
    ]);
  });

  test('lets members ask for names', async () => {
    expect(await reached('two', ['kube-dns.kube-system.svc.cluster.local'], [53])).toHaveLength(1);
  });

  test('lets the Ingress controller in where requests are taken, and nowhere else', async () => {
    expect(await reached('controller', ['one'])).toEqual([`one:${http.number}`]);
  });

  test('lets nobody else in, to these or to the members that run', async () => {
    const running = await kubectl([
      'get',
      'pods',
      '--namespace',
      contract.name,
      '--output=jsonpath={.items[*].status.podIP}',
    ]);
    expect(running).not.toBe('');
    expect(await reached('stranger', ['one', 'two', ...running.split(' ')])).toEqual([]);
    expect(await reached('stranger', [`${contract.name}.${contract.name}.svc.cluster.local`], [80])).toEqual(
      [],
    );
    // Otherwise it could reach nobody at all.
    expect(await reached('stranger', ['controller'])).toHaveLength(ports.length);
  });
});
