import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A server within this process. */
export interface Listening {
  readonly port: number;
  /** Ends it with all its connections, whatever they are used for. */
  close(): Promise<void>;
}

/** Lets a server listen; port 0 chooses a free one. */
export function listen(server: Server | SecureServer, address: string, port = 0): Promise<Listening> {
  // Of its own connections a server forgets those that were upgraded, and then waits for them for ever.
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            for (const socket of connections) socket.destroy();
          }),
      });
    });
  });
}
