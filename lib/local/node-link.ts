import { run } from '../process/run';
import { namespaceOf, type Place } from './place';

/** Cuts a node off from the others and from this machine, as a pulled cable does. All on it runs on. */
export async function disconnectNode({ id }: Pick<Place, 'id'>, n: number): Promise<void> {
  await setLink(id, n, 'down');
}

/** Undoes that; one that is connected is left alone. */
export async function connectNode({ id }: Pick<Place, 'id'>, n: number): Promise<void> {
  await setLink(id, n, 'up');
}

async function setLink(id: string, n: number, to: 'up' | 'down'): Promise<void> {
  await run('ip', ['-n', namespaceOf({ id }, 'switch'), 'link', 'set', `node-${n}`, to]);
}
