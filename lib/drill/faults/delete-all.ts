import { contract } from '../../contract';
import { selectorText } from '../../manifests/labels';
import type { Fault } from '../fault';

export const deleteAll: Fault = {
  name: 'delete-all',
  title: 'all pods deleted by force at once',
  roles: [],
  needs: 'any cluster',
  excuse: 'outage',
  async strike({ target, victim, others, hit, replaced }) {
    await hit([victim, ...others], () =>
      target.kubectl([
        ...['delete', 'pods', '--namespace', contract.name, '--selector', selectorText],
        ...['--grace-period=0', '--force', '--wait=false'],
      ]),
    );
    for (const member of [victim, ...others]) await replaced(member);
  },
};
