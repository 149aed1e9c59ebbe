import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, type Rising } from './control-plane';
import { startDaemon, waitWhileRunning, type Daemon } from './daemon';
import { nodeAddress } from './subnet';

export interface FrontDoor {
  readonly address: string;
  readonly port: number;
}

/** Ports that are tried, in this order: the one a browser needs not be told, then the first free one. */
const PORTS = [80, ...Array.from({ length: 20 }, (_, i) => 8080 + i)];
const ADDRESS = '127.0.0.1';

/** Starts what passes connections to this machine's loopback address on to the nodes' Ingress controllers. */
export async function startFrontDoor(
  { place, parts, net, boot }: Rising,
  nodes: number,
): Promise<{ daemon: Daemon; door: FrontDoor }> {
  const file = join(place.state, 'front-door');
  const daemon = startDaemon(place, boot, 'front-door', [
    program(parts, 'front-door'),
    '-listen',
    PORTS.map((port) => `${ADDRESS}:${port}`).join(','),
    '-announce',
    file,
    ...Array.from({ length: nodes }, (_, i) => `${nodeAddress(net, i + 1)}:80`),
  ]);
  const announced = () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const taken = await waitWhileRunning(place, [daemon], 'the front door', announced, { seconds: 10 });
  return { daemon, door: { address: ADDRESS, port: Number(taken.split(':')[1]) } };
}
