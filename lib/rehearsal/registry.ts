import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { Rising } from '../local/control-plane';
import { pointRegistry } from '../local/registry';
import { hostAddress } from '../local/subnet';
import { REGISTRY_HOST, type Account } from './account';
import { listen, type Listening } from './listening';
import { passOn } from './pass-on';

/**
 * Lets the nodes pull from the account's ECR, which the emulator serves by the registry's own protocol: containerd is
 * told that the registry's host is an address of this machine, and what it asks there goes on to the emulator.
 * Only reading: images come into the registry as they do in an account, by a push to it.
 */
export async function startRegistry(kubernetes: Rising, account: Account): Promise<Listening> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(account.authority) });
  const server = createServer((incoming, outgoing) => {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      outgoing.writeHead(405).end();
      return;
    }
    const headers = { ...incoming.headers, host: REGISTRY_HOST };
    const onward = request(
      `${account.endpoint}${incoming.url ?? '/'}`,
      // Its certificate says localhost, unlike the header.
      { method: incoming.method, headers, agent, servername: 'localhost' },
    );
    passOn(incoming, onward, outgoing, () => {
      outgoing.writeHead(502).end();
    });
  });
  const listening = await listen(server, hostAddress(kubernetes.net));
  pointRegistry(kubernetes.place, REGISTRY_HOST, `http://${hostAddress(kubernetes.net)}:${listening.port}`);
  return listening;
}
