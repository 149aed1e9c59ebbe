import { restart, waitForRollout } from '../../deploy/rollout';
import type { Fault } from '../fault';

/** Longer than the drain and start of every pod. */
export const ROLL_SECONDS = 600;

export const rollingRestart: Fault = {
  name: 'rolling-restart',
  title: 'rolling restart of every pod',
  roles: [],
  needs: 'any cluster',
  excuse: 'none',
  aim: 150,
  async strike({ target, victim, others, hit, detail }) {
    await hit([victim, ...others], async () => {
      await restart(target);
      await waitForRollout(target, ROLL_SECONDS, detail);
    });
  },
};
