import { succeeds, run } from '../process/run';
import { namespaceOf, type Place } from './place';
import { chooseSubnet, hostAddress, nodeAddress, podCidr, switchAddress, type Subnet } from './subnet';

/**
 * Makes a namespace for each node and one for the switch between them, and routes to every pod.
 *
 * The switch is not in this machine's own namespace, where another program's firewall rules would drop what it
 * passes on. It is also the nodes' gateway and forwards nothing: a packet to a service address that kube-proxy
 * does not know yet must not leave the machine, though without any route it would never reach kube-proxy's rules.
 */
export async function createNetwork(place: Place, nodes: number): Promise<Subnet> {
  const net = chooseSubnet(place, await routes());
  const numbers = Array.from({ length: nodes }, (_, i) => i + 1);
  const inSwitch = namespaceOf(place, 'switch');
  await run('ip', ['netns', 'add', inSwitch]);
  for (const n of numbers) await run('ip', ['netns', 'add', namespaceOf(place, n)]);

  await ip(inSwitch, [
    'link add switch type bridge',
    'link set switch up',
    `addr add ${switchAddress(net)}/24 dev switch`,
    ...numbers.flatMap((n) => [
      `link add node-${n} type veth peer name eth0 netns ${namespaceOf(place, n)}`,
      `link set node-${n} master switch up`,
    ]),
  ]);
  await sysctl(inSwitch, { ip_forward: 0 });
  for (const n of numbers) {
    await ip(namespaceOf(place, n), [
      'link set lo up',
      `addr add ${nodeAddress(net, n)}/24 dev eth0`,
      'link set eth0 up',
      `route add default via ${switchAddress(net)}`,
      ...numbers.filter((m) => m !== n).map((m) => `route add ${podCidr(net, m)} via ${nodeAddress(net, m)}`),
    ]);
    await sysctl(namespaceOf(place, n), { ip_forward: 1, 'conf/all/rp_filter': 0 });
  }

  await ip(undefined, [
    `link add ${place.link} type veth peer name uplink netns ${inSwitch}`,
    `addr add ${hostAddress(net)}/24 dev ${place.link}`,
    `link set ${place.link} up`,
    ...numbers.map((n) => `route add ${podCidr(net, n)} via ${nodeAddress(net, n)}`),
  ]);
  await ip(inSwitch, ['link set uplink master switch up']);
  return net;
}

/** Removes whatever of it there is. Routes go with the link, links with the namespaces. */
export async function removeNetwork(place: Place): Promise<void> {
  if (await succeeds('ip', ['link', 'show', place.link])) await run('ip', ['link', 'del', place.link]);
  const listed = JSON.parse((await run('ip', ['-j', 'netns', 'list'])) || '[]') as { name: string }[];
  const prefix = `berth-${place.id}-`;
  for (const { name } of listed) if (name.startsWith(prefix)) await run('ip', ['netns', 'del', name]);
}

/** Whether anything of it is left on this machine. */
export async function networkExists(place: Place): Promise<boolean> {
  const listed = await run('ip', ['-j', 'netns', 'list']);
  return listed.includes(`"berth-${place.id}-`) || (await succeeds('ip', ['link', 'show', place.link]));
}

async function routes(): Promise<string[]> {
  const found = JSON.parse(await run('ip', ['-j', '-4', 'route', 'show', 'table', 'all'])) as {
    dst: string;
  }[];
  return found.map((route) => route.dst);
}

async function ip(namespace: string | undefined, lines: readonly string[]): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await run('ip', [...where, '-batch', '-'], { input: lines.join('\n') + '\n' });
}

async function sysctl(namespace: string, values: Readonly<Record<string, number>>): Promise<void> {
  // Not `ip netns exec`, which mounts a /sys of its own over this one.
  const writes = Object.entries(values).map(([path, value]) => `echo ${value} > /proc/sys/net/ipv4/${path}`);
  await run('nsenter', [`--net=/run/netns/${namespace}`, 'sh', '-ec', writes.join('\n')]);
}
