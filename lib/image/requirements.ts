import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeeds } from '../process/run';
import type { Requirement } from '../requirements/requirement';
import { baseImageOf, mayReach } from './base-image';
import { chooseBuilder, dockerWorks } from './choose-builder';
import { findBusybox } from './stand-in';

/**
 * What building the image and running it alone need, each with whether it is here. The parts of the stand-in are
 * among them only where the base image's registry does not answer.
 */
export async function imageRequirements(): Promise<Requirement[]> {
  const builder = await chooseBuilder().catch(() => undefined);
  const docker = builder?.name === 'docker' || (await dockerWorks());
  return [
    {
      name: 'docker or buildah',
      found: builder !== undefined,
      why: 'builds the container image',
      debianPackage: 'buildah',
    },
    {
      name: 'docker or runc',
      found: docker || (await succeeds('runc', ['--version'])),
      why: 'runs the image on its own, to verify it before Kubernetes does',
      debianPackage: 'runc',
    },
    ...(await standInRequirements()),
  ];
}

async function standInRequirements(): Promise<Requirement[]> {
  const base = baseImageOf(readFileSync(join(__dirname, '..', '..', 'Dockerfile'), 'utf8'));
  if (await mayReach(base.registry)) return [];
  return [
    {
      name: 'go',
      found: await succeeds('go', ['version']),
      why: `stands in for the image's base, as ${base.registry} cannot be reached; 1.21 or later (https://go.dev/dl/)`,
    },
    {
      name: 'static busybox',
      found: findBusybox() !== undefined,
      why: `stands in for the image's base, as ${base.registry} cannot be reached`,
      debianPackage: 'busybox-static',
    },
  ];
}
