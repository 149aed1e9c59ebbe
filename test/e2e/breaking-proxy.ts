import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a registry and breaks connections half way, as a network that goes away. */
export class BreakingProxy {
  /** How many connections were broken. */
  cuts = 0;
  private limit = Infinity;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param upstream host and port */
  static async before(upstream: string): Promise<BreakingProxy> {
    const [host = '', port = ''] = upstream.split(':');
    const server = createServer((client) => {
      proxy.carry(client, connect(Number(port), host));
    });
    const proxy = new BreakingProxy(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Where it listens, as it begins a reference to an image. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection that has sent so many bytes. */
  cutAfter(bytes: number): void {
    this.limit = bytes;
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private carry(client: Socket, upstream: Socket): void {
    let sent = 0;
    for (const socket of [client, upstream]) {
      this.open.add(socket);
      socket.on('error', () => undefined); // The other end goes with it.
      socket.on('close', () => {
        this.open.delete(socket);
        for (const one of [client, upstream]) one.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (sent <= this.limit) {
        upstream.write(chunk);
        return;
      }
      this.cuts += 1;
      client.destroy();
    });
    upstream.pipe(client);
  }
}
