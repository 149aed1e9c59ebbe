import { succeeds } from '../process/run';
import { chooseBuilder, dockerWorks } from './choose-builder';
import { findBusybox } from './stand-in';

/** Something that must be on this machine, and what for. */
export interface Requirement {
  readonly name: string;
  readonly found: boolean;
  /** What does not work without it. */
  readonly why: string;
  /** Package that brings it on Debian and Ubuntu; absent where theirs will not do. */
  readonly debianPackage?: string;
}

/** What building the image and running it alone need, each with whether it is here. */
export async function imageRequirements(): Promise<Requirement[]> {
  const docker = await dockerWorks();
  const builder = await chooseBuilder().then(
    () => true,
    () => false,
  );
  return [
    {
      name: 'docker or buildah',
      found: builder,
      why: 'builds the container image',
      debianPackage: 'buildah',
    },
    {
      name: 'docker or runc',
      found: docker || (await succeeds('runc', ['--version'])),
      why: 'runs the image on its own, to verify it before Kubernetes does',
      debianPackage: 'runc',
    },
    {
      name: 'go',
      // The first version that fetches another one when asked to.
      found: await succeeds('go', ['version']),
      why: "replaces the image's base where its registry cannot be reached; 1.21 or later, Debian's is too old",
    },
    {
      name: 'busybox-static',
      found: findBusybox() !== undefined,
      why: "replaces the image's base where its registry cannot be reached",
      debianPackage: 'busybox-static',
    },
  ];
}
