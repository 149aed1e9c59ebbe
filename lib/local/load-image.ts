import { openArchive } from '../image/archive-layout';
import { run } from '../process/run';

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
  // The configuration's digest: unlike the archive's own bytes, it stays the same when an image is saved again.
  const label = [LABEL, (await openArchive(archive)).digest.replace('sha256:', '')] as const;
  const same = `name==${reference},labels.${JSON.stringify(label[0])}==${label[1]}`;
  if ((await images(ctr, socket, ['ls', '--quiet', same])) !== '') return;
  await importImages(ctr, socket, archive);
  await images(ctr, socket, ['label', reference, label.join('=')]);
}

function images(ctr: string, socket: string, args: readonly string[]): Promise<string> {
  return run(ctr, ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]);
}
