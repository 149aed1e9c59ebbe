import { contract } from '../../contract';
import type { Fault, Scene } from '../fault';

/** A pod is told to end, with all the time it has for that. */
export const deletePod: Fault = {
  name: 'delete',
  title: 'pod deleted',
  roles: ['leader', 'follower'],
  needs: 'any cluster',
  excuse: 'none',
  aim: 150,
  strike: (scene) => removePod(scene, []),
};

/** A pod is deleted without a grace period: its process is killed. */
export const forceDelete: Fault = {
  name: 'force-delete',
  title: 'pod deleted by force',
  roles: ['leader', 'follower'],
  needs: 'any cluster',
  excuse: 'none',
  aim: 1000,
  strike: (scene) => removePod(scene, ['--grace-period=0', '--force']),
};

async function removePod({ target, victim, hit, replaced }: Scene, how: readonly string[]): Promise<void> {
  await hit([victim], () =>
    target.kubectl(['delete', 'pod', victim.name, '--namespace', contract.name, '--wait=false', ...how]),
  );
  await replaced(victim);
}
