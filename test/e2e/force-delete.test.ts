import { setTimeout as sleep } from 'node:timers/promises';
import { client, kubectl } from './environment';

const WRITERS = 8;
const SECONDS = 12;

test('a pod deleted by force in the middle of writes loses no acknowledged item', async () => {
  const items = client();
  const acknowledged = new Map<string, { writer: number; n: number }>();
  let failed = 0;
  const deadline = Date.now() + SECONDS * 1000;
  const write = async (writer: number) => {
    for (let n = 0; Date.now() < deadline; n += 1) {
      const id = `forced-${writer}-${n}`;
      try {
        await items.put(id, { writer, n });
        acknowledged.set(id, { writer, n });
      } catch {
        failed += 1; // One replica: while its pod is away there is nobody to answer.
        await sleep(50);
      }
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  await sleep(2000);
  const before = acknowledged.size;
  await kubectl(['delete', 'pod', 'berth-0', '--namespace', 'berth', '--grace-period=0', '--force']);
  await writers;
  await kubectl(['rollout', 'status', 'statefulset/berth', '--namespace', 'berth', '--timeout=120s']);

  const found = new Map((await items.list('forced-')).map((item) => [item.id, item.document]));
  const lost = [...acknowledged].filter(
    ([id, document]) => JSON.stringify(found.get(id)) !== JSON.stringify(document),
  );
  expect(lost).toEqual([]);
  // Otherwise nothing was tested: writes before the pod went, failures while it was away, writes after it was back.
  expect(before).toBeGreaterThan(0);
  expect(failed).toBeGreaterThan(0);
  expect(acknowledged.size).toBeGreaterThan(before);
  await Promise.all([...found.keys()].map((id) => items.delete(id)));
  await items.close();
});
