import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, succeeds } from '../process/run';
import type { Builder } from './builder';
import { cacheDirectory } from '../installation/cache';
import { thisArchitecture } from './source';

/**
 * Buildah with a store of its own below the cache, so that the person's images are not touched.
 *
 * Times are set to 1970 in layers and configuration, and buildah's version is kept out of the labels: the digest is
 * that of the source alone.
 */
export const buildah: Builder = {
  name: 'buildah',
  has: (image) => succeeds('buildah', [...store(), 'inspect', '--type', 'image', image], environment()),
  pull: async (image, reporting) => {
    await run('buildah', [...store(), 'pull', image], { ...environment(), ...reporting });
  },
  build: async (request, reporting) => {
    const substitute = request.substitute;
    await run(
      'buildah',
      [
        ...[...store(), 'build', '--pull-never', '--timestamp', '0', '--identity-label=false'],
        // Needs neither a runtime nor namespaces; what runs is this project's own Dockerfile.
        ...['--isolation', 'chroot'],
        ...['--platform', request.platform, '--tag', request.reference],
        // Buildah 1.28 leaves it empty when the platform is another, and then looks for a base image of that one.
        ...['--build-arg', `BUILDPLATFORM=linux/${thisArchitecture()}`],
        ...Object.entries(request.arguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
        ...(substitute ? ['--build-context', `${substitute.image}=docker-image://${substitute.by}`] : []),
        request.context,
      ],
      { ...environment(), ...reporting },
    );
  },
  save: async (reference, archive) => {
    await run(
      'buildah',
      [...store(), 'push', reference, `docker-archive:${archive}:${reference}`],
      environment(),
    );
  },
  list: async (repository) => {
    const names = await run(
      'buildah',
      [...store(), 'images', '--format', '{{.Name}}:{{.Tag}}'],
      environment(),
    );
    return names.split('\n').filter((name) => name.startsWith(`${repository}:`));
  },
  remove: async (reference) => {
    await succeeds('buildah', [...store(), 'rmi', '--force', reference], environment());
  },
  tidy: async () => {
    await run('buildah', [...store(), 'rm', '--all'], environment());
    await run('buildah', [...store(), 'rmi', '--prune', '--force'], environment());
  },
};

function store(): string[] {
  const root = cacheDirectory('buildah', 'store');
  // What is mounted is kept where a reboot forgets it, as the mounts are gone then too.
  const volatile = process.env['XDG_RUNTIME_DIR'] ?? (process.getuid?.() === 0 ? '/run' : undefined);
  const id = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return [
    '--root',
    root,
    '--runroot',
    volatile ? join(volatile, `berth-${id}`) : cacheDirectory('buildah', 'run'),
  ];
}

/** Buildah keeps the folders of `RUN --mount=type=cache` below TMPDIR. */
function environment(): { env: Record<string, string> } {
  const temporary = cacheDirectory('buildah', 'temporary');
  mkdirSync(temporary, { recursive: true });
  return { env: { TMPDIR: temporary } };
}
