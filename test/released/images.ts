import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../../lib/image/build';
import { thisArchitecture } from '../../lib/image/source';
import { unpack } from '../../lib/image/unpack';
import { writeImages, type ImageFile } from '../../lib/local/image-archive';
import { silent } from '../../lib/terminal/progress';

/** Makes images that hold the real server, whole or with a defect, and pushes each to where they are released from. */
export interface ReleaseImages {
  /** A working server, in an image that differs from every other by its name. */
  good(name: string): Promise<string>;
  /** Ends as soon as it is started, and says why. */
  crashes(): Promise<string>;
  /** Runs and never listens. */
  neverReady(): Promise<string>;
  /** Is ready, keeps what is written, and answers with other documents. */
  answersWrongly(): Promise<string>;
  /** Writes the archive of a working server, without pushing it. */
  archive(name: string): Promise<string>;
}

/**
 * @param checkout whose server they hold
 * @param pushed pushes an archive under a tag, and gives the reference that a release takes
 */
export async function releaseImages(
  checkout: string,
  pushed: (archive: string, tag: string) => Promise<string>,
): Promise<ReleaseImages> {
  const built = await buildImage({ checkout, progress: silent });
  const folder = mkdtempSync(join(tmpdir(), 'berth-release-images-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  await unpack(built.archive, root);
  const server = readFileSync(join(root, 'berth-server'));
  const busybox = { path: 'bin/busybox', content: readFileSync('/bin/busybox') };

  const write = async (name: string, files: readonly ImageFile[]): Promise<string> => {
    const archive = join(folder, `${name}.tar`);
    const entrypoint = ['/berth-server'];
    const architecture = thisArchitecture();
    await writeImages(archive, [{ reference: `localhost/${name}:test`, architecture, entrypoint, files }]);
    return archive;
  };
  const push = async (name: string, files: readonly ImageFile[]) => pushed(await write(name, files), name);
  const script = (lines: string) => [
    busybox,
    { path: 'berth-server', content: Buffer.from(`#!/bin/busybox sh\n${lines}\n`) },
  ];
  const whole = (name: string) => [
    { path: 'berth-server', content: server },
    { path: 'variant', content: Buffer.from(name) },
  ];
  return {
    good: (name) => push(name, whole(name)),
    archive: (name) => write(name, whole(name)),
    crashes: () => push('crashes', script(`echo '{"level":"ERROR","msg":"the moon is full"}' >&2\nexit 3`)),
    neverReady: () => push('never-ready', script('echo waiting for the tide\nexec /bin/busybox sleep 3600')),
    answersWrongly: () => {
      const wrapper = join(folder, 'wrong-answers');
      const source = join(__dirname, 'wrong-answers', 'main.go');
      const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GO111MODULE: 'off' };
      execFileSync('go', ['build', '-trimpath', '-o', wrapper, source], { env });
      return push('answers-wrongly', [
        { path: 'berth-server', content: readFileSync(wrapper) },
        { path: 'real/berth-server', content: server },
      ]);
    },
  };
}
