import { connectNode, disconnectNode } from '../../local/node-link';
import { evenWhenInterrupted } from '../../process/interrupt';
import type { Fault, Scene } from '../fault';
import type { Member } from '../member';
import { CONTROL_PLANE, nodeNumber } from './kill';

/** A node can reach nobody, and nobody reaches it; all on it runs on. */
export const cutOff: Fault = {
  name: 'cut-off',
  title: 'node cut off',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  takesNodes: true,
  excuse: 'until-found-out',
  aim: 2000,
  strike: (scene) => cutOffNodes(scene, [scene.victim]),
};

/** So many nodes are cut off, the leader's among them, that those left are no majority. */
export const cutOffMajority: Fault = {
  name: 'cut-off-majority',
  title: 'majority of nodes cut off',
  roles: [],
  needs: 'the local Kubernetes',
  takesNodes: true,
  excuse: 'outage',
  strike: (scene) => {
    const majority = Math.floor((scene.others.length + 1) / 2) + 1;
    const others = scene.others.filter((one) => nodeNumber(one) !== CONTROL_PLANE);
    return cutOffNodes(scene, [scene.victim, ...others].slice(0, majority));
  },
};

async function cutOffNodes({ local, absence, hit, hold }: Scene, away: readonly Member[]): Promise<void> {
  const nodes = [...new Set(away.map(nodeNumber))];
  const each = (act: typeof connectNode) => async () => {
    await Promise.all(nodes.map((n) => act(local(), n)));
  };
  try {
    await hit(away, each(disconnectNode));
    await hold(absence);
  } finally {
    await evenWhenInterrupted(each(connectNode));
  }
}
