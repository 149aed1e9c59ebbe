import { contract } from '../../contract';
import { DATA_VOLUME } from '../../manifests/pod';
import type { Fault } from '../fault';

/** A member comes back with an empty volume, and has to be let in anew. */
export const loseVolume: Fault = {
  name: 'lose-volume',
  title: 'volume lost',
  roles: ['leader', 'follower'],
  needs: 'any cluster',
  excuse: 'none',
  aim: 1000,
  async strike({ target, victim, hit, replaced }) {
    const remove = (kind: string, name: string) =>
      target.kubectl(['delete', kind, name, '--namespace', contract.name, '--wait=false']);
    await hit([victim], async () => {
      // The claim goes when the pod has let go of it.
      await remove('persistentvolumeclaim', `${DATA_VOLUME}-${victim.name}`);
      await remove('pod', victim.name);
    });
    await replaced(victim);
  },
};
