import { once } from 'node:events';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { passOn } from '../../lib/rehearsal/pass-on';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that passes everything on to the one with this address. */
function before(upstream: string): Promise<string> {
  return serve((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    passOn(incoming, request(`${upstream}${url ?? '/'}`, { method, headers }), outgoing, (error) => {
      outgoing.writeHead(502).end(error.message);
    });
  });
}

describe('a request that is passed on', () => {
  test('arrives with its body, and its answer comes back', async () => {
    const upstream = await serve((incoming, outgoing) => {
      incoming.setEncoding('utf8').on('data', (body: string) => {
        outgoing.writeHead(201, { 'x-seen': incoming.url ?? '' }).end(`${incoming.method ?? ''} ${body}`);
      });
    });
    const answer = await fetch(`${await before(upstream)}/a?b=c`, { method: 'PUT', body: 'text' });
    expect([answer.status, answer.headers.get('x-seen'), await answer.text()]).toEqual([
      201,
      '/a?b=c',
      'PUT text',
    ]);
  });

  test('ends when its client leaves in the middle of an answer, though it would go on', async () => {
    let left: () => void = () => undefined;
    const leaves = new Promise<void>((resolve) => (left = resolve));
    const upstream = await serve((_incoming, outgoing) => {
      outgoing.on('close', left);
      outgoing.write('the first event');
    });
    const watch = request(await before(upstream)).end();
    await once(watch, 'response');
    watch.on('error', () => undefined).destroy();
    await leaves;
  });

  test('ends when its client leaves before there is an answer', async () => {
    let left: () => void = () => undefined;
    const leaves = new Promise<void>((resolve) => (left = resolve));
    let asked: () => void = () => undefined;
    const asks = new Promise<void>((resolve) => (asked = resolve));
    const upstream = await serve((_incoming, outgoing) => {
      outgoing.on('close', left);
      asked();
    });
    const watch = request(await before(upstream))
      .on('error', () => undefined)
      .end();
    await asks;
    watch.destroy();
    await leaves;
  });

  test('is cut off when the answer is, so that half of one does not pass for all of it', async () => {
    const upstream = await serve((_incoming, outgoing) => {
      outgoing.write('half', () => outgoing.destroy());
    });
    const answer = await fetch(await before(upstream));
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  test('is answered by who passes it on when nobody else does', async () => {
    const upstream = await serve((_incoming, outgoing) => outgoing.destroy());
    const answer = await fetch(await before(upstream));
    expect([answer.status, await answer.text()]).toEqual([502, 'socket hang up']);
  });
});
