import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contract } from '../../contract';
import { startChild, type Child } from '../child';
import { DOMAIN } from '../network';
import { BERTH } from '../result';
import type { System } from './system';

/** Any token will do: that it is checked is part of what is measured. */
const TOKEN = 'a-token-for-the-benchmark-alone';
const PEER_SECRET = 'a-secret-that-members-of-the-benchmark-share';

/** This server as its image runs it. */
export const berth: System = {
  name: BERTH,
  async start({ network, directory, programs }) {
    mkdirSync(directory, { recursive: true });
    const file = (name: string, content: string) => {
      const path = join(directory, name);
      if (!existsSync(path)) writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const tokens = file('tokens', `${TOKEN}\n`);
    const secret = file('secret', `${PEER_SECRET}\n`);
    const several = network.addresses.length > 1;
    const addresses: string[] = [];
    const children: Child[] = [];
    for (const [member, host] of network.addresses.entries()) {
      const address = `${host}:${await network.port(member, contract.ports.http.number)}`;
      addresses.push(address);
      const { environment } = contract;
      children.push(
        startChild([programs['berth-server']], {
          log: join(directory, `berth-${member}.log`),
          within: network.beside(member),
          env: {
            [environment.httpAddress]: address,
            [environment.dataDirectory]: join(directory, `data-${member}`),
            [environment.tokensFile]: tokens,
            [environment.podName]: `berth-${member}`,
            [environment.replicas]: String(network.addresses.length),
            [environment.peerDomain]: several ? DOMAIN : '',
            ...(several ? { [environment.peerSecretFile]: secret } : {}),
            [environment.drainDelay]: '0s',
          },
        }),
      );
    }
    return { protocol: 'rest', addresses, token: TOKEN, children };
  },
};
