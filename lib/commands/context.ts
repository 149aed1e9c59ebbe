import { UserError } from '../terminal/user-error';

/** Settings given as `-c name=value`, as the CDK takes them; the last of a name counts. */
export function parseContext(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) {
        throw new UserError(`-c is '${one}'; allowed: -c name=value, such as -c region=eu-west-1`, {
          exitCode: 2,
        });
      }
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}
