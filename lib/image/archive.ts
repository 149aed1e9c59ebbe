import type { Readable } from 'node:stream';
import { openArchive, walkLayer, type ImageConfig } from './archive-layout';

/** A file of an image as a container sees it. */
export interface ImageFile {
  /** Absolute, `/berth-server`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
}

/** What `inspectArchive` found. */
export interface ImageContents {
  /** Digest of the configuration, which docker calls the image ID. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** By path; layers merged. */
  readonly files: readonly ImageFile[];
  /** Sum of the sizes of the files, in bytes. */
  readonly unpackedBytes: number;
}

/** A change a layer makes: a file, with its content, or the removal of what lower layers had. */
export type LayerChange =
  | {
      readonly kind: 'add';
      readonly file: ImageFile;
      readonly linkTarget?: string;
      readonly content: Readable;
    }
  | { readonly kind: 'remove'; readonly path: string; /** Only what is below it. */ readonly below: boolean };

/**
 * What is in an image, read from its docker-archive or from a tar file of an OCI layout.
 * @throws UserError the file is neither
 */
export async function inspectArchive(archive: string): Promise<ImageContents> {
  const { digest, config } = await openArchive(archive);
  const found = new Map<string, ImageFile>();
  await readLayers(archive, (change) => {
    if (change.kind === 'add') found.set(change.file.path, change.file);
    else {
      for (const path of found.keys()) {
        if (path.startsWith(`${change.path}/`) || (path === change.path && !change.below)) found.delete(path);
      }
    }
    return Promise.resolve();
  });
  const files = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { digest, config, files, unpackedBytes: files.reduce((sum, file) => sum + file.size, 0) };
}

/** Calls `take` with every change of every layer, lowest layer first; waits for it before it goes on. */
export async function readLayers(
  archive: string,
  take: (change: LayerChange) => Promise<void>,
): Promise<void> {
  const { layers } = await openArchive(archive);
  for (const layer of layers) {
    await walkLayer(archive, layer, async (header, content) => {
      const path = `/${header.name.replace(/^(\.?\/)+/, '').replace(/\/$/, '')}`;
      if (path === '/' || path === '/.') return;
      const [, folder = '', name = ''] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
      // Whiteouts, as the OCI image specification names them.
      if (name === '.wh..wh..opq') return take({ kind: 'remove', path: folder, below: true });
      if (name.startsWith('.wh.')) {
        return take({ kind: 'remove', path: `${folder}/${name.slice('.wh.'.length)}`, below: false });
      }
      const file: ImageFile = {
        path,
        type: typeOf(header.type),
        size: header.size,
        mode: header.mode & 0o7777,
        user: header.uid,
        group: header.gid,
      };
      return take({
        kind: 'add',
        file,
        content,
        ...(header.linkname ? { linkTarget: header.linkname } : {}),
      });
    });
  }
}

function typeOf(member: string): ImageFile['type'] {
  return member === 'file' || member === 'directory' || member === 'symlink' ? member : 'other';
}
