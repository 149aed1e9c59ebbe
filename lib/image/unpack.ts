import { createWriteStream } from 'node:fs';
import { chmod, lchown, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../terminal/user-error';
import { readLayers } from './archive';

/** Writes the files of an image into a folder, with their owners; so it needs root. */
export async function unpack(archive: string, folder: string): Promise<void> {
  const inside = (path: string) => {
    const place = resolve(join(folder, path));
    if (place.startsWith(`${resolve(folder)}/`)) return place;
    throw new UserError(`${archive} holds '${path}', which leads out of the image`);
  };
  await readLayers(archive, async (change) => {
    if (change.kind === 'remove') {
      const place = inside(change.path);
      const gone = change.below ? (await readdir(place)).map((name) => join(place, name)) : [place];
      for (const path of gone) await rm(path, { recursive: true, force: true });
      return;
    }
    const { file, content } = change;
    const place = inside(file.path);
    await mkdir(dirname(place), { recursive: true });
    if (file.type === 'directory') await mkdir(place, { recursive: true });
    else if (file.type === 'symlink') await symlink(change.linkTarget ?? '', place);
    else if (file.type === 'file') await pipeline(content, createWriteStream(place));
    else
      throw new UserError(`${archive} holds '${file.path}', which is neither file, folder nor symbolic link`);
    await lchown(place, file.user, file.group);
    if (file.type !== 'symlink') await chmod(place, file.mode);
  });
}
