import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contract } from '../../lib/contract';
import type { Scene } from '../../lib/drill/fault';
import { fillStore } from '../../lib/drill/faults/fill-store';

/** A store that is full, and whose members cannot delete anything either. */
let full: Server;
beforeEach(async () => {
  full = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(request.method === 'PUT' ? 507 : 503).end('no');
    });
  }).listen(0, '127.0.0.1');
  await once(full, 'listening');
});
afterEach(async () => {
  full.close();
  await once(full, 'close');
});

test('a store that was filled gets its own quota back although what filled it cannot be deleted', async () => {
  const asked: string[] = [];
  const { port } = full.address() as AddressInfo;
  const scene = {
    victim: { usedBytes: 1 },
    others: [],
    target: {
      kubectl: (args: readonly string[]) => {
        asked.push(args.find((arg) => arg.startsWith(contract.environment.storeBytes)) ?? '');
        return Promise.resolve('2');
      },
    },
    way: { frontDoor: { address: '127.0.0.1', port, tls: false }, host: 'store.test', token: 'token' },
    rollouts: { wait: () => Promise.resolve() },
    hit: (_: unknown, act: () => Promise<unknown>) => act(),
    hold: () => Promise.reject(new Error('interrupted')),
    detail: () => undefined,
  } as unknown as Scene;
  await expect(fillStore.strike(scene)).rejects.toThrow('DELETE');
  expect(asked).toEqual([expect.stringMatching(/=\d+$/), `${contract.environment.storeBytes}-`]);
});
