import { startNode, stopNode } from '../../local/node-power';
import { evenWhenInterrupted } from '../../process/interrupt';
import type { Fault } from '../fault';
import { nodeNumber } from './kill';

/** Everything on a node ends at once, and the node starts again later with its disk. */
export const nodeStopped: Fault = {
  name: 'stop-node',
  title: 'node stopped and started',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  takesNodes: true,
  excuse: 'until-found-out',
  aim: 2000,
  async strike({ victim, local, absence, hit, hold }) {
    const n = nodeNumber(victim);
    try {
      await hit([victim], () => stopNode(local(), n));
      await hold(absence);
    } finally {
      await evenWhenInterrupted(() => startNode(local(), n));
    }
  },
};
