import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GO_ENVIRONMENT } from '../local/go-toolchain';
import { run } from '../process/run';
import type { Progress } from '../terminal/progress';

/** The Go module of the clients and of what this server is compared with. */
export const DRIVER = join(__dirname, 'driver');

const COMMANDS = ['load', 'etcd', 'postgres-server', 'empty-server'] as const;

/** Paths of the programs. */
export type Programs = Readonly<Record<(typeof COMMANDS)[number] | 'berth-server', string>>;

/** As in the Dockerfile, for all alike; the tests hold the two together. */
export const BUILD = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='];

/** Compiles this server and what it is compared with, all with the same flags. */
export async function buildPrograms(checkout: string, to: string, progress: Progress): Promise<Programs> {
  mkdirSync(to, { recursive: true });
  const env = { ...GO_ENVIRONMENT, GOAMD64: 'v1', GOARM64: 'v8.0' };
  const build = (module: string, command: string) =>
    run('go', ['build', ...BUILD, '-o', to, `./cmd/${command}`], { cwd: module, env });
  return progress.step('Compiling the servers and the clients', async (detail) => {
    for (const command of COMMANDS) {
      detail(command);
      await build(DRIVER, command);
    }
    detail('berth-server');
    await build(join(checkout, 'server'), 'berth-server');
    const names = [...COMMANDS, 'berth-server'] as const;
    return Object.fromEntries(names.map((name) => [name, join(to, name)])) as unknown as Programs;
  });
}

/** The version of etcd that a module is built with. */
export function etcdVersion(module: string): string {
  const file = readFileSync(join(module, 'go.mod'), 'utf8');
  return /go\.etcd\.io\/etcd\/server\/v3 v(\S+)/.exec(file)?.[1] ?? 'unknown';
}
