import { parseContext } from '../../lib/commands/context';

test('settings are read as the CDK reads them: up to the first equals sign', () => {
  expect(parseContext(['region=eu-west-1', 'a=b=c', 'region=eu-west-2'])).toEqual({
    region: 'eu-west-2',
    a: 'b=c',
  });
});

test.each(['region', '=eu-west-1', ''])("'%s' is refused, as it names no setting", (given) => {
  expect(() => parseContext([given])).toThrow(`-c is '${given}'; allowed: -c name=value`);
});
