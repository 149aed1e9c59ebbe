import { UserError } from '../../terminal/user-error';
import type { Fault } from '../fault';

export const restartIngress: Fault = {
  name: 'restart-ingress',
  title: 'Ingress controller restarted',
  roles: [],
  needs: 'an Ingress controller',
  excuse: 'ingress',
  async strike({ target, hit }) {
    if (!target.ingressController) throw new UserError('the Ingress controller of this target is not known');
    const { namespace, workload } = target.ingressController;
    await hit([], async () => {
      await target.kubectl(['rollout', 'restart', workload, '--namespace', namespace]);
      await target.kubectl(['rollout', 'status', workload, '--namespace', namespace, '--timeout=180s']);
    });
  },
};
