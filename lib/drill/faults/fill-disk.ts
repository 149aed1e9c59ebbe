import { contract } from '../../contract';
import { makeSmallDisk, type SmallDisk } from '../../local/small-disk';
import { DATA_VOLUME } from '../../manifests/pod';
import { evenWhenInterrupted } from '../../process/interrupt';
import { waitFor } from '../../process/wait';
import type { Fault, Scene } from '../fault';
import { isHopeless, podNamed, pods } from '../../deploy/pods';
import type { Member } from '../member';
import { nodeNumber } from './kill';

/** Room for the store of a drill, its log and a snapshot. */
const MEGABYTES = 1024;

/**
 * The file system under one member has no room left. The member is given a small one first, and its own directory
 * back afterwards; both take a planned restart of its pod, in which no request may fail either.
 */
export const fillDisk: Fault = {
  name: 'fill-disk',
  title: 'disk full under one member',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  excuse: 'in-flight',
  aim: 1000,
  async strike(scene) {
    const { victim, local, hit, hold, detail } = scene;
    const directory = await volumeOf(scene, victim);
    detail('moving the member to a small disk');
    // Known as soon as it is there: the member may not come back on it, and gets its own directory back all the same.
    let made = undefined as SmallDisk | undefined;
    try {
      const disk = await whileAway(scene, async () => {
        made = await makeSmallDisk(local(), nodeNumber(victim), directory, MEGABYTES);
        return made;
      });
      detail('filling it');
      try {
        const before = await restartsOf(scene, victim);
        // Its pod is another one than at first, at another address.
        const moved = (await scene.now()).filter(({ name }) => name === victim.name);
        await hit(moved, async () => {
          await disk.fill();
          await hasEnded(scene, victim, before);
          // Started again it may serve for a moment, and then ends with what it was asked meanwhile.
          await hold(5);
        });
      } finally {
        await evenWhenInterrupted(() => disk.drain());
      }
      detail('waiting for the member');
      await isBack(scene, victim);
    } finally {
      const disk = made;
      if (disk) await evenWhenInterrupted(() => whileAway(scene, () => disk.remove()));
    }
  },
};

/** Does something while no container uses the member's volume. */
async function whileAway<T>({ target, victim }: Scene, work: () => Promise<T>): Promise<T> {
  const own = ['--namespace', contract.name];
  try {
    // The pod cannot be placed anywhere else, as its volume is here.
    await target.kubectl(['cordon', victim.node]);
    await target.kubectl(['delete', 'pod', victim.name, ...own, '--wait=true']);
    return await work();
  } finally {
    await evenWhenInterrupted(() => target.kubectl(['uncordon', victim.node]));
    await evenWhenInterrupted(() => isBack({ target }, victim));
  }
}

async function isBack({ target }: Pick<Scene, 'target'>, { name }: Member): Promise<void> {
  await target.kubectl([
    ...['wait', '--for=condition=Ready', `pod/${name}`],
    ...['--namespace', contract.name, '--timeout=180s'],
  ]);
}

/** A store that cannot write its log ends itself, and ends again each time it is started. */
async function hasEnded(scene: Scene, { name }: Member, restarts: number): Promise<void> {
  // That it is not ready would not tell: a member that is busy may not be, either.
  const ended = async () => {
    const pod = await podOf(scene, name);
    const container = pod?.status.containerStatuses?.[0];
    if (!pod || !container) return undefined;
    const isEnded =
      isHopeless(pod) || container.state.terminated !== undefined || container.restartCount > restarts;
    return isEnded ? true : undefined;
  };
  await waitFor(`the end of ${name}, whose disk is full,`, ended, { seconds: 180, every: 250 });
}

async function restartsOf(scene: Scene, { name }: Member): Promise<number> {
  return (await podOf(scene, name))?.status.containerStatuses?.[0]?.restartCount ?? 0;
}

async function podOf({ target }: Scene, name: string) {
  return podNamed(await pods(target), name);
}

async function volumeOf({ target }: Scene, { name }: Member): Promise<string> {
  const claim = await target.kubectl([
    ...['get', 'persistentvolumeclaim', `${DATA_VOLUME}-${name}`, '--namespace', contract.name],
    '--output=jsonpath={.spec.volumeName}',
  ]);
  return target.kubectl(['get', 'persistentvolume', claim, '--output=jsonpath={.spec.hostPath.path}']);
}
