import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { run } from '../process/run';

/** Where members and clients are, and how to start a program there. */
export interface Network {
  /** Address of each member. */
  readonly addresses: readonly string[];
  /** A port of a member that is free. */
  port(member: number, usual: number): Promise<number>;
  /** What to put before a command that is to run beside a member. */
  beside(member: number): readonly string[];
  /** The same for the clients. */
  readonly clients: readonly string[];
  remove(): Promise<void>;
}

/** One member and its clients, on the loopback interface of this machine. */
export function loopback(): Network {
  return {
    addresses: ['127.0.0.1'],
    port: freePort,
    beside: () => [],
    clients: [],
    remove: () => Promise.resolve(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Domain that members have their names in. */
export const DOMAIN = 'berth-peers.bench.svc';

/**
 * A network namespace for each of several members, for each uses the same ports, and one for the clients, with the
 * switch between them. Nothing of this machine's own network is touched. Names are in a file of the members' own.
 */
export async function namespaces(count: number, directory: string): Promise<Network> {
  const hub = `berth-bench-${process.pid}`;
  const members = Array.from({ length: count }, (_, i) => ({
    namespace: `${hub}-${i}`,
    address: `10.99.0.${i + 1}`,
    name: `berth-${i}.${DOMAIN}`,
  }));
  const hosts = join(directory, 'hosts');
  writeFileSync(hosts, readFileSync('/etc/hosts'));
  appendFileSync(hosts, members.map(({ address, name }) => `\n${address} ${name}`).join('') + '\n');
  const all = [hub, ...members.map(({ namespace }) => namespace)];
  const remove = () =>
    evenWhenInterrupted(async () => {
      const there = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0]);
      for (const name of all) if (there.includes(name)) await run('ip', ['netns', 'del', name]);
    });
  const ip = (namespace: string, lines: readonly string[]) =>
    run('ip', ['-n', namespace, '-batch', '-'], { input: lines.join('\n') + '\n' });
  try {
    for (const name of all) await run('ip', ['netns', 'add', name]);
    await ip(hub, [
      'link set lo up',
      'link add switch type bridge',
      'addr add 10.99.0.254/24 dev switch',
      'link set switch up',
      ...members.flatMap(({ namespace }, i) => [
        `link add member-${i} type veth peer name eth0 netns ${namespace}`,
        `link set member-${i} master switch up`,
      ]),
    ]);
    for (const { namespace, address } of members) {
      await ip(namespace, ['link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up']);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  const enter = (namespace: string) => ['nsenter', `--net=/run/netns/${namespace}`];
  // The last is a shell only until it has put the file of names in place.
  const named = ['unshare', '--mount', 'sh', '-ec', `mount --bind '${hosts}' /etc/hosts; exec "$@"`, 'sh'];
  return {
    addresses: members.map(({ address }) => address),
    port: (_member, usual) => Promise.resolve(usual),
    beside: (member) => [...enter(members[member]?.namespace ?? ''), ...named],
    clients: enter(hub),
    remove,
  };
}
