import { existsSync, readFileSync } from 'node:fs';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { authorityFile } from './certificates';
import type { Place } from './place';
import { nodeAddress, type Subnet } from './subnet';

// Asked many times a second while a cluster starts, and therefore not by a command for each time.

/** Where etcd tells of its health, and of nothing else: its data is for node 1 alone. */
export const etcdHealthUrl = (net: Subnet): string => `http://${nodeAddress(net, 1)}:2381`;

export const apiUrl = (net: Subnet): string => `https://${nodeAddress(net, 1)}:6443`;

export function etcdIsReady(net: Subnet): Promise<boolean> {
  return answersOk(`${etcdHealthUrl(net)}/readyz`, requestHttp);
}

export async function apiIsReady(place: Place, net: Subnet): Promise<boolean> {
  if (!existsSync(authorityFile(place))) return false;
  return answersOk(`${apiUrl(net)}/readyz`, requestHttps, { ca: readFileSync(authorityFile(place)) });
}

/** Whether something listens on a unix socket. */
export function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (answer: boolean) => () => {
      connection.destroy();
      resolve(answer);
    };
    connection.on('connect', end(true)).on('error', end(false));
  });
}

function answersOk(
  url: string,
  request: typeof requestHttp | typeof requestHttps,
  options: RequestOptions & { ca?: Buffer } = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { ...options, agent: false, timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked
      .on('timeout', () => asked.destroy(new Error('no answer')))
      .on('error', () => {
        resolve(false);
      });
    asked.end();
  });
}
