import { containerProcess } from '../../local/container';
import type { LocalCluster } from '../../local/local-cluster';
import type { Fault } from '../fault';
import type { Member } from '../member';

/** The server is killed where it runs, as the kernel does when memory is short. */
export const kill: Fault = {
  name: 'kill',
  title: 'kill -9 of the process',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  excuse: 'in-flight',
  aim: 1000,
  async strike({ victim, local, hit, hold }) {
    const pid = await processOf(local(), victim);
    await hit([victim], () => Promise.resolve(process.kill(pid, 'SIGKILL')));
    await hold(2);
  },
};

/** The number of the member's process on this machine. */
export function processOf(cluster: LocalCluster, member: Member): Promise<number> {
  return containerProcess(cluster, nodeNumber(member), member.containerId);
}

/** The node of the local Kubernetes on which its control plane runs. */
export const CONTROL_PLANE = 1;

export function nodeNumber({ node }: Pick<Member, 'node'>): number {
  return Number(node.replace('node-', ''));
}
