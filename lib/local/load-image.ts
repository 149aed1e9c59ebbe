import { run } from '../process/run';
import { imageId } from './image-archive';

/** Label of an image in containerd that says what was imported under its name. */
const LABEL = 'berth.local/image';

/** Imports every image of an archive into the containerd that listens on `socket`. */
export async function importImages(ctr: string, socket: string, archive: string): Promise<void> {
  await images(ctr, socket, ['import', archive]);
}

/** Imports an archive's one image, unless it is there already. */
export async function importImage(
  ctr: string,
  socket: string,
  archive: string,
  reference: string,
): Promise<void> {
  const label = [LABEL, await imageId(archive)] as const;
  const same = `name==${reference},labels.${JSON.stringify(label[0])}==${label[1]}`;
  if ((await images(ctr, socket, ['ls', '--quiet', same])) !== '') return;
  await importImages(ctr, socket, archive);
  await images(ctr, socket, ['label', reference, label.join('=')]);
}

function images(ctr: string, socket: string, args: readonly string[]): Promise<string> {
  return run(ctr, ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]);
}
