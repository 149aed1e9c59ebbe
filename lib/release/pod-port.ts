import { ItemClient } from '../client/item-client';
import { contract } from '../contract';
import type { Cluster } from '../targets/target';

/** How the service is called: the Ingress's host name, and a token that `/v1` accepts. */
export interface Credentials {
  readonly host: string;
  readonly token: string;
}

/** There was no way to the pod in time, which says nothing of the pod: the API server may have much to do. */
export class NoWay extends Error {}

/** Longest time to wait for the tunnel, in milliseconds. */
const OPEN = 5000;

/**
 * Calls one pod and no other, ready or not. The way leads through the API server and the kubelet into the pod's own
 * loopback, so that neither NetworkPolicies nor an account's security groups have to let the caller in.
 * @throws NoWay that way could not be opened
 */
export async function withPod<T>(
  cluster: Cluster,
  pod: string,
  { host, token }: Credentials,
  work: (client: ItemClient) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  let opened: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => {
    opened = resolve;
  });
  const tunnel = cluster.kubectl(
    [
      ...['port-forward', '--namespace', contract.name, '--address', '127.0.0.1'],
      ...[`pod/${pod}`, `:${contract.ports.http.number}`],
    ],
    {
      until: done.signal,
      onLine: (line) => {
        const match = /^Forwarding from 127\.0\.0\.1:(\d+) ->/.exec(line);
        if (match) opened(Number(match[1]));
      },
    },
  );
  const timer = setTimeout(() => {
    done.abort();
  }, OPEN);
  try {
    const local = await Promise.race([
      port,
      tunnel.then((): never => {
        throw new NoWay(`no way into ${pod} within ${OPEN / 1000} s`);
      }),
    ]);
    clearTimeout(timer);
    const client = new ItemClient({ address: '127.0.0.1', port: local }, host, token);
    try {
      return await work(client);
    } finally {
      await client.destroy();
    }
  } finally {
    clearTimeout(timer);
    done.abort();
    await tunnel.catch(() => undefined); // It ends as asked, or has ended because the pod did.
  }
}
