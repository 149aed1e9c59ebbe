import { CommandFailed, run } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { Builder } from './builder';
import { buildah } from './buildah';
import { docker } from './docker';

/** What a command prints, or undefined when it cannot be run or fails. */
export type Probe = (command: string, args: readonly string[]) => Promise<string | undefined>;

const ask: Probe = (command, args) =>
  run(command, args).catch((error: unknown) => {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  });

/** Whether docker has an engine behind it that understands this project's Dockerfile. */
export async function dockerWorks(probe: Probe = ask): Promise<boolean> {
  if ((await probe('docker', ['info'])) === undefined) return false;
  if ((await probe('docker', ['buildx', 'version'])) !== undefined) return true;
  // Clients before 23 hold BuildKit themselves; later ones without buildx fall back to a builder without cache mounts.
  const version = await probe('docker', ['version', '--format', '{{.Client.Version}}']);
  return version !== undefined && Number.parseInt(version, 10) < 23;
}

/**
 * Docker if it works, else buildah.
 * @throws UserError neither works
 */
export async function chooseBuilder(probe: Probe = ask): Promise<Builder> {
  if (await dockerWorks(probe)) return docker;
  if ((await probe('buildah', ['--version'])) !== undefined) return buildah;
  throw new UserError(
    'building the image needs docker (with an engine that `docker info` reaches, and buildx) or buildah; neither works here\n' +
      '  fix: start Docker, or install buildah (Debian, Ubuntu: apt-get install buildah)',
  );
}
