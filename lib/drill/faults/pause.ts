import { evenWhenInterrupted } from '../../process/interrupt';
import type { Fault } from '../fault';
import { processOf } from './kill';

/** The server is stopped and goes on later, not knowing it: what a machine that swaps or migrates does. */
export const pause: Fault = {
  name: 'pause',
  title: 'process paused',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  excuse: 'until-found-out',
  aim: 2000,
  async strike({ victim, local, absence, hit, hold }) {
    const pid = await processOf(local(), victim);
    try {
      await hit([victim], () => Promise.resolve(process.kill(pid, 'SIGSTOP')));
      await hold(absence);
    } finally {
      await evenWhenInterrupted(() => Promise.resolve(process.kill(pid, 'SIGCONT')));
    }
  },
};
