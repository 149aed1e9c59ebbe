import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run';
import type { BuiltParts } from './build-parts';
import { writeImage, type ImageContent } from './image-archive';
import type { Place } from './place';
import { BUSYBOX } from './requirements';

/** Images of the cluster's own pods, by the program each holds. There is no registry to name, so they say localhost. */
export const SYSTEM_IMAGES = {
  pause: 'localhost/berth/pause:local',
  coredns: 'localhost/berth/coredns:local',
  skipper: 'localhost/berth/skipper:local',
  busybox: 'localhost/berth/busybox:local',
} as const;

export interface Archive {
  readonly file: string;
  readonly reference: string;
}

/** Writes the images, each one program that needs no other file. The first is the one no pod starts without. */
export async function writeSystemImages(place: Place, parts: BuiltParts): Promise<Archive[]> {
  const directory = join(place.state, 'images');
  mkdirSync(directory, { recursive: true });
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
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
  const images = [program('pause'), program('coredns'), program('skipper'), busybox];
  return Promise.all(
    images.map(async (image, i) => {
      const file = join(directory, `${i}.tar`);
      await writeImage(file, image);
      return { file, reference: image.reference };
    }),
  );
}
