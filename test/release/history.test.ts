import { describeRecord } from '../../lib/commands/releases';
import type { ReleaseRecord } from '../../lib/release/journal';
import { pendingOf } from '../../lib/release/release';

const released: ReleaseRecord = {
  id: '1',
  kind: 'release',
  image: 'berth@sha256:b',
  previous: 'berth@sha256:a',
  by: 'ada@laptop',
  commit: '0123456789abcdef',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:42.000Z',
  outcome: 'released',
};

test('a release is told in one line: when, what, how long, which commit, by whom', () => {
  expect(describeRecord(released)).toBe(
    '2026-01-01T00:00:00Z  release released in 42 s: berth@sha256:b, commit 0123456789ab, by ada@laptop',
  );
});

test('below one that was taken back is why, and in it how long users could reach it', () => {
  const reason = 'berth-2 answers wrongly\n  state: ready';
  const [line, ...rest] = describeRecord({
    ...released,
    ...{ outcome: 'reverted', exposedSeconds: 1.25, reason },
  }).split('\n');
  expect(line).toContain('reverted in 42 s: berth@sha256:b, one pod of it in service for 1.3 s, commit');
  expect(rest).toEqual(['    berth-2 answers wrongly', '      state: ready']);
});

test.each([
  ['rolling', true],
  ['reverting', true],
  ['failed', true],
  ['released', false],
  ['reverted', false],
  ['overtaken', false],
] as const)('a release that is %s waits to be gone on with: %s', (outcome, waits) => {
  expect(pendingOf([{ ...released, outcome }]) !== undefined).toBe(waits);
});
