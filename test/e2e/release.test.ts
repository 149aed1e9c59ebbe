import { obstacleToPulling, pushImage } from '../../lib/image/push';
import { startRegistry } from '../../lib/local/registry';
import { localTarget } from '../../lib/targets/local-target';
import { silent } from '../../lib/terminal/progress';
import { endedWith } from '../released/berth';
import { releaseCases, type Place } from '../released/cases';
import { releaseImages } from '../released/images';
import { berth, client, copy, up } from './environment';

let place: Place;

beforeAll(async () => {
  endedWith(0, await berth(['scale', '3']));
  const address = await startRegistry(copy, silent);
  const push = async (repository: string, archive: string, tag: string) =>
    (await pushImage({ archive }, repository, tag, silent)).image;
  place = {
    berth,
    client: () => client(),
    target: localTarget(copy),
    before: up.image,
    images: await releaseImages(copy, (archive, tag) => push(`${address}/berth`, archive, tag)),
    async declared() {
      const { out } = await berth(['status', '--json']);
      return [(JSON.parse(out) as { image: string }).image];
    },
    registry: {
      address,
      absent: `${address}/berth@sha256:${'0'.repeat(64)}`,
      pushBy: (way, archive, tag) => push(`${way}/berth`, archive, tag),
      has: async (tag) => (await obstacleToPulling(`${address}/berth:${tag}`)) === undefined,
    },
    killedAt: [/✓ Looking/, /✓ Declaring/, /✓ Pod berth-2/],
    async whileInterrupted() {
      for (const other of [['up'], ['roll'], ['scale', '5']]) {
        expect((await berth(other)).err).toContain('is under way or was interrupted');
      }
    },
  };
});

afterAll(async () => {
  endedWith(0, await berth(['scale', '1', '--delete-volumes']));
});

releaseCases(() => place);
