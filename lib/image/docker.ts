import { evenWhenInterrupted } from '../process/interrupt';
import { run, succeeds } from '../process/run';
import { STAND_IN_LABEL } from './base-image';
import type { Builder } from './builder';

/** Docker with BuildKit, whichever engine the person's context or DOCKER_HOST names. */
export const docker: Builder = {
  name: 'docker',
  has: async (image) => {
    const label = `{{index .Config.Labels "${STAND_IN_LABEL}"}}`;
    if (!(await succeeds('docker', ['image', 'inspect', image]))) return false;
    // A stand-in may carry the base image's name still, when a build was killed. It does not count.
    const isStandIn = (await run('docker', ['image', 'inspect', '--format', label, image])) !== '';
    return !isStandIn || image.startsWith('localhost/');
  },
  pull: async (image, reporting) => {
    await run('docker', ['pull', image], reporting);
  },
  build: async (request, reporting) => {
    const substitute = request.substitute;
    // The stand-in has the base image's name only for as long as the build takes. (`--build-context` would do
    // without, but not every docker has it.)
    if (substitute) await run('docker', ['tag', substitute.by, substitute.image]);
    try {
      await run(
        'docker',
        [
          ...['build', '--progress', 'plain', '--platform', request.platform, '--tag', request.reference],
          // Engines that know it set the times in the configuration; the Dockerfile sets those in the layer.
          ...['--build-arg', 'SOURCE_DATE_EPOCH=0'],
          ...Object.entries(request.arguments).flatMap(([name, value]) => [
            '--build-arg',
            `${name}=${value}`,
          ]),
          request.context,
        ],
        // Attestations hold the time of the build.
        { env: { DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }, ...reporting },
      );
    } finally {
      if (substitute) await evenWhenInterrupted(() => run('docker', ['rmi', '--no-prune', substitute.image]));
    }
  },
  save: async (reference, archive) => {
    await run('docker', ['save', '--output', archive, reference]);
  },
  list: async (repository) => {
    const names = await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}', repository]);
    return names.split('\n').filter((name) => name.startsWith(`${repository}:`));
  },
  remove: async (reference) => {
    await succeeds('docker', ['rmi', reference]);
  },
  // Its engine ends a build whose client is gone.
  tidy: () => Promise.resolve(),
};
