import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChild, type Child } from '../child';
import type { System } from './system';

/** etcd's server on its own, with its defaults, spoken to over gRPC. Members encrypt what they say to each other, as ours do. */
export const etcd: System = {
  name: 'etcd',
  async start({ network, directory, programs }) {
    mkdirSync(directory, { recursive: true });
    const several = network.addresses.length > 1;
    const members = [];
    // Not its usual ports: our members' are the same, and are beside these.
    for (const [member, host] of network.addresses.entries()) {
      const client = `${host}:${await network.port(member, 12379)}`;
      const peer = `${several ? 'https' : 'http'}://${host}:${await network.port(member, 12380)}`;
      members.push({ name: `etcd-${member}`, client, peer });
    }
    const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
    const children: Child[] = members.map(({ name, client, peer }, member) =>
      startChild(
        [
          programs.etcd,
          `--name=${name}`,
          `--data-dir=${join(directory, name)}`,
          `--listen-client-urls=http://${client}`,
          `--advertise-client-urls=http://${client}`,
          `--listen-peer-urls=${peer}`,
          `--initial-advertise-peer-urls=${peer}`,
          `--initial-cluster=${cluster}`,
          ...(several ? ['--peer-auto-tls'] : []),
        ],
        { log: join(directory, `${name}.log`), within: network.beside(member) },
      ),
    );
    return { protocol: 'etcd', addresses: members.map(({ client }) => client), children };
  },
};
