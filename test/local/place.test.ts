import { mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTAINERD_SOCKET } from '../../lib/local/node-config';
import { containerdSocket } from '../../lib/local/node';
import { placeOf } from '../../lib/local/place';

const directory = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'berth-place-')));

test('two checkouts have nothing in common', () => {
  const [one, other] = [placeOf(directory()), placeOf(directory())];
  for (const key of ['id', 'state', 'link', 'cgroup'] as const) expect(one[key]).not.toBe(other[key]);
});

test('a checkout has one place, by whatever path it is reached', () => {
  const checkout = directory();
  const link = `${checkout}-link`;
  symlinkSync(checkout, link);
  expect(placeOf(link)).toEqual(placeOf(checkout));
});

test('names fit what Linux allows: 15 bytes for a link, 107 for the path of a socket', () => {
  const place = placeOf(directory());
  expect(place.link.length).toBeLessThanOrEqual(15);
  expect(`${containerdSocket(place, 3)}.ttrpc`.length).toBeLessThanOrEqual(107);
  expect(CONTAINERD_SOCKET.startsWith('/run/')).toBe(true); // What the node has for its own.
});
