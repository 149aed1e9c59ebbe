import { parseDestination, parseTag } from '../../lib/image/destination';

test.each(['ttl.sh/berth', 'localhost:5000/berth', '10.101.0.1:5000/team/berth', 'registry:5000/berth'])(
  '%s is a place to push to',
  (text) => {
    expect(parseDestination(text).repository).toBe(text);
  },
);

test('the region of ECR is read from its name, so that a login for it can be had', () => {
  const name = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/berth';
  expect(parseDestination(name).ecrRegion).toBe('eu-west-1');
  expect(parseDestination('ttl.sh/berth').ecrRegion).toBeUndefined();
});

test.each(['berth', 'ttl.sh', 'ttl.sh/Berth', 'ttl.sh/a//b', 'https://ttl.sh/berth', ''])(
  "'%s' is refused with what is allowed",
  (text) => {
    expect(() => parseDestination(text)).toThrow('allowed: REGISTRY/NAME in lower case');
  },
);

test('a tag in the name is refused with the option that takes it', () => {
  expect(() => parseDestination('ttl.sh/berth:1h')).toThrow('give it with --tag');
});

test.each(['', '-a', '.a', 'a/b', 'a'.repeat(129)])("the tag '%s' is refused", (tag) => {
  expect(() => parseTag(tag)).toThrow('is not a tag');
});
