import { hostName, imageReference, nodes, replicas } from '../../lib/commands/settings';

describe('an image reference', () => {
  test.each([
    'localhost/berth:dev',
    'ttl.sh/berth-1:1h',
    'localhost:5000/a/b_c:v1.2',
    'berth:1',
    `123456789012.dkr.ecr.eu-central-1.amazonaws.com/berth@sha256:${'a'.repeat(64)}`,
  ])('%s is taken', (value) => {
    expect(imageReference(value)).toBe(value);
  });

  test.each([
    '',
    'berth',
    'localhost/berth',
    'berth:',
    'Berth:1',
    'a b:1',
    'berth@sha256:12',
    'berth:1\n- evil: true',
    '${x}:1',
  ])('%p is refused with an example of what is allowed', (value) => {
    expect(() => imageReference(value)).toThrow('such as localhost/berth:dev');
  });
});

describe('a host name', () => {
  test.each(['berth.localhost', 'a', 'a-b.example.com', `${'a'.repeat(63)}.example`])(
    '%s is taken',
    (value) => {
      expect(hostName(value)).toBe(value);
    },
  );

  test.each([
    '',
    'A.example',
    'a..b',
    '-a',
    'a-',
    '1.2.3.4',
    'a_b',
    'a'.repeat(64),
    'x'.repeat(254),
    'a:80',
    '*.a',
  ])('%p is refused', (value) => {
    expect(() => hostName(value)).toThrow('Allowed: a DNS name');
  });
});

describe('numbers', () => {
  test.each(['0', '4', '1.5', '', ' ', 'one', '-1'])(
    'of nodes: %p is refused with the list of what is allowed',
    (value) => {
      expect(() => nodes(value)).toThrow('Allowed: 1, 2, 3.');
    },
  );

  test.each(['0', '2', '1e3', 'NaN'])('of replicas: %p is refused', (value) => {
    expect(() => replicas(value)).toThrow('Allowed: ');
  });
});
