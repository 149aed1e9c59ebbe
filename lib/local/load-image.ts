import { run } from '../process/run';
import { imageId } from './image-archive';
import type { Archive } from './system-images';

/** Label of an image in containerd that says what was imported under its name. */
const LABEL = 'berth.local/image';

/** Makes an image known to the containerd that listens on `socket`, unless it knows it already. */
export async function importImage(ctr: string, socket: string, { file, reference }: Archive): Promise<void> {
  const images = (...args: string[]) =>
    run(ctr, ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]);
  const id = await imageId(file);
  const known = await images('ls', '--quiet', `name==${reference},labels.${JSON.stringify(LABEL)}==${id}`);
  if (known !== '') return;
  await images('import', file);
  await images('label', reference, `${LABEL}=${id}`);
}
