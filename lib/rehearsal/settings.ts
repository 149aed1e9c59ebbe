import { thisArchitecture } from '../image/source';
import { UserError } from '../terminal/user-error';
import { ACCOUNT, REGION } from './account';

/** Settings of the app, as a person gives them with `-c name=value`. */
export type GivenSettings = Readonly<Record<string, string>>;

/** What follows from where and how the rehearsal is played. */
function decided(kubernetesVersion: string): GivenSettings {
  return {
    region: REGION,
    kubernetesVersion,
    // Images are built and run on this machine.
    architecture: thisArchitecture() === 'amd64' ? 'x86_64' : 'arm64',
    administrators: `arn:aws:iam::${ACCOUNT}:user/deployer`,
    // Whoever destroys next would have to switch it off first.
    deletionProtection: 'off',
  };
}

/** What a deployment needs, and what makes all of the app be rehearsed; all else is the app's default. */
const UNLESS_GIVEN: GivenSettings = {
  clientCidrs: '0.0.0.0/0',
  dataOnDestroy: 'delete',
  sourceRepository: 'example/berth',
};

/**
 * What a person would say to deploy the app into the emulated account from this machine.
 * @param given settings of theirs, to be rehearsed instead of the defaults. Their values are the app's to judge
 * @throws UserError for a setting that the rehearsal decides itself; exit status 2
 */
export function rehearsalSettings(kubernetesVersion: string, given: GivenSettings = {}): GivenSettings {
  const own = decided(kubernetesVersion);
  const taken = Object.keys(given).filter((name) => own[name] !== undefined);
  if (taken.length > 0) {
    const list = taken.map((name) => `${name} is '${given[name] ?? ''}'`).join(', ');
    throw new UserError(
      `${list}; allowed here: ${taken.map((name) => `${name} '${own[name] ?? ''}'`).join(', ')}, as the rehearsal has no other; ` +
        `fix: leave out ${taken.map((name) => `-c ${name}`).join(', ')}`,
      { exitCode: 2 },
    );
  }
  return { ...own, ...UNLESS_GIVEN, ...given };
}

export function asArguments(settings: GivenSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
}
