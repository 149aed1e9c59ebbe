import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child';
import { EMPTY } from '../result';
import type { System } from './system';

/** A server that answers without doing anything: what net/http, the clients and the machine allow at most. */
export const empty: System = {
  name: EMPTY,
  async start({ network, directory, programs }) {
    mkdirSync(directory, { recursive: true });
    const address = `${network.addresses[0]}:${await network.port(0, 8081)}`;
    const child = startChild([programs['empty-server'], `-address=${address}`], {
      log: join(directory, 'empty.log'),
      within: network.beside(0),
    });
    return { protocol: 'rest', addresses: [address], children: [child] };
  },
};
