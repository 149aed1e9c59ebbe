import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../process/lock';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { buildParts } from './build-parts';
import { program } from './control-plane';
import { isRunning, recordedDaemons, startDaemon, waitWhileRunning } from './daemon';
import { REGISTRY } from './parts';
import { lockFile, placeOf, registriesDirectory, type Place } from './place';
import { readState } from './state';
import { hostAddress, type Subnet } from './subnet';

const NAME = 'registry';
const PORT = 5000;

/**
 * The registry beside the checkout's local Kubernetes, started when it does not run: this machine pushes to it, the
 * nodes pull from it, and nobody else reaches it. It ends with the cluster, and what was pushed goes with it.
 * @returns its host and port, as they begin a reference to an image in it
 * @throws UserError there is no local Kubernetes
 */
export async function startRegistry(checkout: string, progress: Progress): Promise<string> {
  const place = placeOf(checkout);
  const state = readState(place.state);
  if (!state) throw new UserError("no local Kubernetes runs for this checkout; start it with 'bin/berth up'");
  const address = registryAddress(state.net);
  const running = () =>
    recordedDaemons(place).some((daemon) => daemon.name === NAME && isRunning(daemon, state.boot));
  if (running()) return address;
  const parts = await buildParts(progress, [REGISTRY]);
  const waiting = (pid: number) => {
    progress.note(`Waiting for process ${pid}, which is at work on the local Kubernetes.`);
  };
  await withLock(lockFile(place), waiting, async () => {
    if (running()) return;
    pointRegistry(place, address, `http://${address}`);
    const config = join(place.state, 'registry.json');
    writeFileSync(config, JSON.stringify(registryConfig(place, address)));
    const command = [program(parts, NAME), 'serve', config] as const;
    const daemon = startDaemon(place, state.boot, NAME, command, { dispensable: true });
    const answers = async () => (await fetch(`http://${address}/v2/`)).ok || undefined;
    await waitWhileRunning(place, [daemon], 'an answer from the registry', answers, { seconds: 30 });
  });
  return address;
}

/**
 * Tells the nodes where to find the images of a registry's name, from the next pull on. With a name that is not
 * this machine's, such as ECR's, the nodes pull from `url` what a manifest says is there.
 * @param name host, with the port if references to its images have one
 */
export function pointRegistry(place: Place, name: string, url: string): void {
  const directory = join(registriesDirectory(place), name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'hosts.toml'),
    `server = "${url}"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`,
  );
}

/** Whether an image reference names the local Kubernetes' own registry. */
export function isInLocalRegistry(checkout: string, reference: string): boolean {
  const place = placeOf(checkout);
  const state = existsSync(place.state) ? readState(place.state) : undefined;
  return state !== undefined && reference.startsWith(`${registryAddress(state.net)}/`);
}

/** On the link to the nodes: every cluster has an address of its own, and the port is free on it. */
function registryAddress(net: Subnet): string {
  return `${hostAddress(net)}:${PORT}`;
}

/** https://distribution.github.io/distribution/about/configuration/, which is YAML and therefore may be JSON. */
function registryConfig(place: Place, address: string): object {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(place.state, NAME) }, delete: { enabled: false } },
    http: { addr: address },
  };
}
