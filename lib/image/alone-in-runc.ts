import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract } from '../contract';
import { CommandFailed, run, succeeds } from '../process/run';
import { lineThatMatters } from '../process/line-that-matters';
import { UserError } from '../terminal/user-error';
import type { AloneServer } from './alone';
import type { ImageConfig } from './archive-layout';
import { runcConfig } from './runc-config';
import { unpack } from './unpack';

/** Starts the image with runc alone, for machines without a container engine; needs root. */
export async function startInRunc(
  archive: string,
  config: ImageConfig,
  environment: Readonly<Record<string, string>>,
): Promise<AloneServer> {
  if (process.getuid?.() !== 0) {
    throw new UserError(
      'running the image without docker needs root, for runc\n  fix: start Docker, or run as root',
    );
  }
  const bundle = mkdtempSync(join(tmpdir(), 'berth-check-'));
  const runc = ['--root', join(bundle, 'state')];
  const name = `berth-check-${process.pid}`;
  let status: number | undefined;
  let said = '';
  let ended: Promise<void> = Promise.resolve();
  const remove = async () => {
    await succeeds('runc', [...runc, 'kill', name, 'KILL']);
    await ended;
    await succeeds('runc', [...runc, 'delete', '--force', name]);
    rmSync(bundle, { recursive: true, force: true });
  };
  try {
    const rootfs = join(bundle, 'rootfs');
    mkdirSync(rootfs);
    await unpack(archive, rootfs);
    const address = `127.0.0.1:${await freePort()}`;
    const variables = { ...environment, [contract.environment.httpAddress]: address };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(runcConfig(config, rootfs, variables)));
    const onLine = (line: string) => {
      said = `${said}${line}\n`.slice(-20_000);
    };
    ended = run('runc', [...runc, 'run', '--bundle', bundle, name], { onLine }).then(
      () => {
        status = 0;
      },
      (error: unknown) => {
        status = error instanceof CommandFailed && typeof error.status === 'number' ? error.status : 1;
        if (error instanceof CommandFailed && said === '') said = error.message;
      },
    );
    return {
      url: `http://${address}`,
      lineThatMatters: () => Promise.resolve(lineThatMatters(said)),
      exitStatus: () => Promise.resolve(status),
      terminate: async () => {
        await run('runc', [...runc, 'kill', name, 'TERM']);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A port that nothing listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
