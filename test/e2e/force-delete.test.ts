import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../lib/process/wait';
import { client, kubectl } from './environment';

const WRITERS = 8;
/** Writes in a row without a failure that show that something answers, at every pod of the Ingress controller. */
const STEADY = 200;

test('a pod deleted by force in the middle of writes loses no acknowledged item', async () => {
  const items = client();
  const acknowledged = new Map<string, { writer: number; n: number }>();
  let [running, failed, inARow] = [true, 0, 0];
  const write = async (writer: number) => {
    for (let n = 0; running; n += 1) {
      const id = `forced-${writer}-${n}`;
      try {
        await items.put(id, { writer, n });
        acknowledged.set(id, { writer, n });
        inARow += 1;
      } catch {
        // One replica: while its pod is away, and until the Ingress controller hears of the next, nobody answers.
        failed += 1;
        inARow = 0;
        await sleep(50);
      }
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  const steady = () => inARow >= STEADY || undefined;
  try {
    await waitFor('writes before the pod is deleted', steady, { seconds: 60 });
    const before = failed;
    await kubectl(['delete', 'pod', 'berth-0', '--namespace', 'berth', '--grace-period=0', '--force']);
    await waitFor('writes that fail', () => failed > before || undefined, { seconds: 60 });
    await waitFor('writes after the pod is back', steady, { seconds: 120 });
  } finally {
    running = false;
    await writers;
  }

  const found = new Map((await items.list('forced-')).map((item) => [item.id, item.document]));
  const lost = [...acknowledged].filter(
    ([id, document]) => JSON.stringify(found.get(id)) !== JSON.stringify(document),
  );
  expect(lost).toEqual([]);
  await Promise.all([...found.keys()].map((id) => items.delete(id)));
  await items.close();
});
