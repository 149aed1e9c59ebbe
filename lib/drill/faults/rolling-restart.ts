import { restart } from '../../deploy/rollout';
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
  async strike({ target, victim, others, rollouts, hit, detail }) {
    await hit([victim, ...others], async () => {
      await rollouts.wait(await restart(target), ROLL_SECONDS, detail);
    });
  },
};
