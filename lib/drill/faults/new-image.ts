import { contract } from '../../contract';
import { change } from '../../deploy/rollout';
import { evenWhenInterrupted, interrupted } from '../../process/interrupt';
import { UserError } from '../../terminal/user-error';
import type { Fault } from '../fault';
import { ROLL_SECONDS } from './rolling-restart';

/** Every pod is rolled to an image of another digest, and back. */
export const newImage: Fault = {
  name: 'new-image',
  title: 'roll to a new image, and back',
  roles: [],
  needs: 'loaded images',
  excuse: 'none',
  aim: 150,
  async strike({ target, victim, others, images, rollouts, hit, detail }) {
    const { now, other } = images;
    if (other === undefined) throw new UserError('there is no second image to roll to');
    const set = (image: string) => change(target, ['set', 'image'], `${contract.name}=${image}`);
    await hit([victim, ...others], async () => {
      let back = 0;
      try {
        await rollouts.wait(await set(other), ROLL_SECONDS, detail);
      } finally {
        await evenWhenInterrupted(async () => {
          back = await set(now);
        });
      }
      interrupted().throwIfAborted();
      await rollouts.wait(back, ROLL_SECONDS, detail);
    });
  },
};
