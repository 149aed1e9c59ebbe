import type { ReleaseRecord } from '../../lib/release/journal';
import { rolledBackTo } from '../../lib/release/rolled-back-to';

const image = (digit: string) => `registry.example/berth@sha256:${digit.repeat(64)}`;
const [A, B, C] = ['a', 'b', 'c'].map(image) as [string, string, string];

const record = (
  previous: string,
  to: string,
  outcome: ReleaseRecord['outcome'] = 'released',
  kind: ReleaseRecord['kind'] = 'release',
): ReleaseRecord => ({
  ...{ id: `${previous}${to}`, kind, image: to, previous, outcome },
  ...{ by: 'ada@laptop', startedAt: '2026-01-01T00:00:00.000Z' },
});

describe('a rollback goes to', () => {
  test('the image before the one that was released last, whatever was taken back since', () => {
    expect(rolledBackTo([record(A, B), record(B, C, 'reverted')], undefined)).toBe(A);
  });

  test.each(['rolling', 'reverting', 'failed'] as const)(
    'the image before a release that is %s',
    (outcome) => {
      expect(rolledBackTo([record(A, B), record(B, C, outcome)], undefined)).toBe(B);
    },
  );

  test('where the rollback goes that was interrupted', () => {
    expect(rolledBackTo([record(A, B), record(B, A, 'rolling', 'rollback')], undefined)).toBe(A);
  });

  test('any image that ran here, by its name or its digest', () => {
    expect(rolledBackTo([record(A, B), record(B, C)], A)).toBe(A);
    expect(rolledBackTo([record(A, B), record(B, C)], `sha256:${'b'.repeat(64)}`)).toBe(B);
  });

  test('no image that was never good, or never here', () => {
    const refused = () => rolledBackTo([record(A, B), record(B, C, 'reverted')], C);
    expect(refused).toThrow(`'${C}' was never released here; allowed: ${A}, ${B}`);
    expect(() => rolledBackTo([], undefined)).toThrow('there is no release to go back from');
  });
});
