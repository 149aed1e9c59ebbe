import { thisArchitecture } from '../image/source';
import { ACCOUNT, REGION } from './account';

/** What a person would say to deploy the app into the emulated account from this machine; all else is the default. */
export function rehearsalSettings(kubernetesVersion: string): Readonly<Record<string, string>> {
  return {
    region: REGION,
    kubernetesVersion,
    // Images are built and run on this machine.
    architecture: thisArchitecture() === 'amd64' ? 'x86_64' : 'arm64',
    administrators: `arn:aws:iam::${ACCOUNT}:user/deployer`,
    clientCidrs: '0.0.0.0/0',
    dataOnDestroy: 'delete',
    deletionProtection: 'off',
    sourceRepository: 'example/berth',
  };
}

export function asArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
}
