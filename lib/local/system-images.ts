import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisArchitecture } from '../image/source';
import { run } from '../process/run';
import type { BuiltParts } from './build-parts';
import { writeImages, type ImageContent } from './image-archive';
import type { Place } from './place';
import { BUSYBOX } from './requirements';

/** Images of the cluster's own pods, by the program each holds. There is no registry to name, so they say localhost. */
export const SYSTEM_IMAGES = {
  pause: 'localhost/berth/pause:local',
  coredns: 'localhost/berth/coredns:local',
  skipper: 'localhost/berth/skipper:local',
  busybox: 'localhost/berth/busybox:local',
} as const;

/** Writes an archive of the images, each one program that needs no other file. */
export async function writeSystemImages(place: Place, parts: BuiltParts): Promise<string> {
  const architecture = thisArchitecture();
  const program = (name: 'pause' | 'coredns' | 'skipper'): ImageContent => ({
    reference: SYSTEM_IMAGES[name],
    architecture,
    entrypoint: [`/bin/${name}`],
    files: [{ path: `bin/${name}`, content: readFileSync(join(parts[name] ?? '', name)) }],
  });
  const applets = (await run(BUSYBOX, ['--list'])).split('\n').filter((name) => name !== 'busybox');
  const busybox: ImageContent = {
    reference: SYSTEM_IMAGES.busybox,
    architecture,
    entrypoint: ['/bin/sh'],
    files: [{ path: 'bin/busybox', content: readFileSync(BUSYBOX) }],
    links: Object.fromEntries(applets.map((name) => [`bin/${name}`, 'busybox'])),
  };
  const file = join(place.state, 'system-images.tar');
  await writeImages(file, [program('pause'), program('coredns'), program('skipper'), busybox]);
  return file;
}
