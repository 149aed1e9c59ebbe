import type { FrontDoor } from '../client/item-client';

/** The address for people: the host name, with the port unless it is HTTP's own. */
export function serviceUrl(host: string, { port }: FrontDoor): string {
  return `http://${host}${port === 80 ? '' : `:${port}`}`;
}

/** What curl needs besides the URL where the host name does not lead to the Ingress by itself. */
export function curlResolve(host: string, { address, port }: FrontDoor): string {
  const loopback = address === '127.0.0.1' && host.endsWith('.localhost');
  return loopback ? '' : `--resolve ${host}:${port}:${address} `;
}
