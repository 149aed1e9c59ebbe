import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import { recordedDaemons } from './daemon';
import { stateOf, type LocalCluster } from './local-cluster';
import { nodeDirectory } from './place';

/** A file system of its own under one volume, small enough to be filled. */
export interface SmallDisk {
  /** Takes up all the room that is left. */
  fill(): Promise<void>;
  /** Gives that room back. */
  drain(): Promise<void>;
  /** Takes the file system away; the volume is as before, with what it held last. No container may use it. */
  remove(): Promise<void>;
}

/**
 * Puts a file system of `megabytes` over a volume's directory on node `n`, with all that is in it.
 * Containers that start from then on have it; none may use the volume meanwhile.
 * @param directory where the volume is on its node
 */
export async function makeSmallDisk(
  cluster: LocalCluster,
  n: number,
  directory: string,
  megabytes: number,
): Promise<SmallDisk> {
  const { place } = stateOf(cluster);
  const containerd = recordedDaemons(place).find(({ name }) => name === `containerd-${n}`);
  if (!containerd) throw new UserError(`node-${n} of the local Kubernetes does not run`);
  const onNode = (command: string, ...args: string[]) =>
    run('nsenter', [`--target=${containerd.pid}`, '--mount', command, ...args]);
  const node = nodeDirectory(place, n);
  const image = join(node, 'small-disk.img');
  // The volume's own directory, which its path on the node does not lead to once something is mounted there.
  const below = join(node, directory.replace(/^\/var\//, ''));
  const ballast = join(directory, '.ballast');
  const copy = (from: string, to: string) => onNode('cp', '--archive', `${from}/.`, to);
  rmSync(image, { force: true });
  await run('truncate', [`--size=${megabytes}M`, image]);
  await run('mkfs.ext4', ['-q', '-m', '0', '-E', 'root_owner=0:0', image]);
  // In the node's namespace, so that it ends with the node. Not cut short, as it would not be known whether it is there.
  await evenWhenInterrupted(() => onNode('mount', '--options', 'loop', image, directory));
  const remove = async () => {
    await onNode('umount', '--lazy', directory);
    rmSync(image, { force: true });
  };
  try {
    await copy(below, directory);
    await onNode('chmod', '--reference', below, directory);
  } catch (error) {
    // What is left over a volume hides it, and goes with the node: the member would start from old data.
    await evenWhenInterrupted(remove);
    throw error;
  }
  return {
    async fill() {
      const [blocks, size] = (await onNode('stat', '--file-system', '--format=%a %S', directory)).split(' ');
      const most = Math.floor(Number(blocks) * Number(size) * 0.9);
      await onNode('fallocate', `--length=${most}`, ballast);
      // The rest by writing until there is no room: how much a file system needs for itself only it knows.
      const rest = `dd if=/dev/zero bs=64K of='${ballast}' oflag=append conv=notrunc 2>/dev/null || true`;
      await onNode('sh', '-c', rest);
    },
    async drain() {
      await onNode('rm', '--force', ballast);
    },
    async remove() {
      await onNode('rm', '--force', '--recursive', ballast, join(directory, 'lost+found'));
      await onNode('find', below, '-mindepth', '1', '-delete');
      await copy(directory, below);
      await remove();
    },
  };
}
