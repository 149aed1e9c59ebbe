import { bad, good, type Check } from '../check';

/** Whoever deploys is no administrator by that: only those who are named are. */
export const administrators: Check = {
  title: 'you are an administrator of the cluster',
  applies: ({ settings }) => settings.administrators.length > 0,
  look({ settings, caller, account }) {
    const mine = settings.administrators.filter((arn) => isOneself(caller, arn));
    if (mine.length > 0) return Promise.resolve(good(`as ${mine.join(', ')}`));
    const named = settings.administrators.join(', ');
    const elsewhere = settings.administrators.filter((arn) => arn.split(':')[4] !== account);
    if (elsewhere.length === settings.administrators.length) {
      return Promise.resolve(
        bad(
          `administrators is ${named}, all of other accounts than ${account}; allowed: at least one role or user of it; ` +
            `fix: -c administrators=${named},arn:aws:iam::${account}:role/NAME`,
        ),
      );
    }
    return Promise.resolve(good(`no, ${caller} may deploy but not use kubectl; administrators are ${named}`));
  },
};

/** STS names a session of a role, without the role's path: `assumed-role/NAME/SESSION` is of `role/PATH/NAME`. */
export function isOneself(caller: string, administrator: string): boolean {
  if (caller === administrator) return true;
  const session = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(caller);
  const role = /^arn:[^:]+:iam::(\d{12}):role\/(?:.+\/)?([^/]+)$/.exec(administrator);
  return session !== null && role !== null && session[1] === role[1] && session[2] === role[2];
}
