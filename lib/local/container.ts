import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import { program } from './control-plane';
import { stateOf, type LocalCluster } from './local-cluster';
import { containerdSocket } from './node';

/**
 * The number, on this machine, of a container's first process.
 * @param containerId as a pod's status has it: `containerd://…`
 * @throws UserError it does not run on node `n`
 */
export async function containerProcess(
  cluster: LocalCluster,
  n: number,
  containerId: string,
): Promise<number> {
  const { place, state } = stateOf(cluster);
  const socket = containerdSocket(place, n);
  const id = containerId.replace('containerd://', '');
  const tasks = await run(program(state.parts, 'containerd', 'ctr'), [
    ...['--address', socket, '--namespace', 'k8s.io', 'tasks', 'ls'],
  ]);
  const task = tasks
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([name, , status]) => name === id && status !== 'STOPPED');
  if (task?.[1] === undefined) throw new UserError(`container ${id} does not run on node-${n}`);
  return Number(task[1]);
}
