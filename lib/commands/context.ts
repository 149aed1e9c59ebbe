import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';

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

/** What stays from one deployment to the next, below what is given with `-c`. */
export function contextOfCdkJson(): Record<string, unknown> {
  const { context = {} } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8')) as {
    context?: Record<string, unknown>;
  };
  return context;
}
