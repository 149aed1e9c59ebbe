import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { listen } from '../../lib/rehearsal/listening';

test('a server that is closed lets go of connections that speak something else by now', async () => {
  const server = createServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  });
  const listening = await listen(server, '127.0.0.1');
  const client = connect(listening.port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await once(client, 'data');
  const left = once(client, 'close');
  await listening.close();
  await left;
});
