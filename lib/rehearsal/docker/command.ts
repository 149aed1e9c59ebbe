import { parseArgs } from 'node:util';
import type { Architecture } from '../../image/source';
import { REGISTRY_HOST } from '../account';

/** What the CDK command line asks of `docker`. */
export type DockerCall =
  | {
      readonly kind: 'build';
      readonly tag: string;
      readonly architecture?: Architecture;
      readonly version?: string;
    }
  | { readonly kind: 'inspect'; readonly name: string }
  | { readonly kind: 'images' }
  | { readonly kind: 'tag'; readonly from: string; readonly to: string }
  | { readonly kind: 'push'; readonly name: string; readonly repository: string; readonly tag: string }
  | { readonly kind: 'login' };

/** @throws RangeError a call that this stand-in for docker does not know; it must not do half of one */
export function parseDockerCall(args: readonly string[]): DockerCall {
  const [command, ...rest] = args[0] === '--config' ? args.slice(2) : args;
  switch (command) {
    case 'build':
      return parseBuild(rest);
    case 'inspect':
      return { kind: 'inspect', name: only(rest) };
    case 'images':
      return { kind: 'images' };
    case 'tag':
      return { kind: 'tag', from: rest[0] ?? '', to: rest[1] ?? '' };
    case 'push':
      return parsePush(only(rest));
    case 'login':
      return { kind: 'login' };
    default:
      throw new RangeError(`docker ${args.join(' ')}: the rehearsal's stand-in knows no '${command ?? ''}'`);
  }
}

function parseBuild(args: readonly string[]): DockerCall {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tag: { type: 'string' },
      file: { type: 'string' },
      platform: { type: 'string' },
      'build-arg': { type: 'string', multiple: true },
    },
  });
  const { tag, file = 'Dockerfile', platform } = values;
  if (tag === undefined || positionals.join(' ') !== '.' || !/^(?:.*\/)?Dockerfile$/.test(file)) {
    throw new RangeError(
      `docker build ${args.join(' ')}: the stand-in builds the folder '.' with its Dockerfile`,
    );
  }
  const version = values['build-arg']?.find((one) => one.startsWith('VERSION='))?.slice('VERSION='.length);
  return {
    kind: 'build',
    tag,
    ...(platform === undefined ? {} : { architecture: architectureOf(platform) }),
    ...(version === undefined ? {} : { version }),
  };
}

function architectureOf(platform: string): Architecture {
  if (platform === 'linux/amd64') return 'amd64';
  if (platform === 'linux/arm64') return 'arm64';
  throw new RangeError(`--platform '${platform}' is not built here; allowed: linux/amd64, linux/arm64`);
}

function parsePush(name: string): DockerCall {
  const match = /^([^/]+)\/(.+):([^:/]+)$/.exec(name);
  if (match?.[1] !== REGISTRY_HOST) {
    throw new RangeError(
      `docker push ${name}: the rehearsal pushes to ${REGISTRY_HOST}/REPOSITORY:TAG alone`,
    );
  }
  return { kind: 'push', name, repository: match[2] ?? '', tag: match[3] ?? '' };
}

function only(args: readonly string[]): string {
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length !== 1 || names[0] === undefined) {
    throw new RangeError(`'${args.join(' ')}' names ${names.length} images; allowed: one`);
  }
  return names[0];
}
