import { goMemoryLimit } from '../../lib/manifests/go-memory-limit';

test.each([
  ['1Gi', '921MiB'],
  ['2Gi', '1843MiB'],
  ['512Mi', '460MiB'],
])('of a container limited to %s Go may use %s', (limit, wanted) => {
  expect(goMemoryLimit(limit)).toBe(wanted);
});

test.each(['1G', '1.5Gi', '0Mi', '', 'Gi', '1000000'])(
  'a limit of %p is refused with those allowed',
  (limit) => {
    expect(() => goMemoryLimit(limit)).toThrow(
      `the memory limit is '${limit}'; allowed: a whole number of Mi or Gi`,
    );
  },
);
