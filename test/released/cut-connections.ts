import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that is cut off once so much has been sent to it; nothing gets through afterwards. */
export interface CutConnections {
  /** Host and port, as they begin a reference to an image. */
  readonly address: string;
  /** Bytes that got through. */
  sent(): number;
  close(): Promise<void>;
}

export async function cutConnectionsTo(server: string, afterBytes: number): Promise<CutConnections> {
  const [host = '', port] = server.split(':');
  const open = new Set<Socket>();
  let sent = 0;
  const listening = createServer((client) => {
    const onward = connect(Number(port), host);
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (chunk) => {
      sent += chunk.length;
      if (sent > afterBytes) for (const socket of open) socket.destroy();
    });
    if (sent > afterBytes) client.destroy();
    client.pipe(onward).pipe(client);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(listening.address() as AddressInfo).port}`,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        listening.close(() => {
          resolve();
        });
      }),
  };
}
