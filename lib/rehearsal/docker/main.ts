/**
 * Plays `docker` for the CDK command line (CDK_DOCKER), so that image assets are built as this project builds its image
 * and pushed to the emulated account's ECR, whether or not there is a Docker engine on this machine.
 */
import { existsSync } from 'node:fs';
import { buildImage } from '../../image/build';
import { projectVersion } from '../../image/source';
import { listenForInterrupts } from '../../process/interrupt';
import { terminalProgress } from '../../terminal/progress';
import { messageOf, UserError } from '../../terminal/user-error';
import { parseDockerCall, type DockerCall } from './command';
import { pushImage } from './push';
import { registryClient } from './registry-client';
import { Tags } from './tags';

async function main(): Promise<number> {
  const call = parseDockerCall(process.argv.slice(2));
  const tags = new Tags(environment('REHEARSAL_RUN'));
  const archiveOf = (name: string) => {
    const archive = tags.find(name);
    if (archive === undefined || !existsSync(archive)) throw new UserError(`no such image: ${name}`);
    return archive;
  };
  switch (call.kind) {
    case 'build':
      tags.set(call.tag, await build(call));
      return 0;
    case 'inspect':
      return tags.find(call.name) === undefined ? 1 : 0;
    case 'images':
      process.stdout.write(tags.names().join('\n'));
      return 0;
    case 'tag':
      tags.set(call.to, archiveOf(call.from));
      return 0;
    case 'push': {
      const registry = registryClient(environment('AWS_ENDPOINT_URL'), environment('AWS_CA_BUNDLE'));
      const digest = await pushImage(archiveOf(call.name), call.repository, call.tag, registry);
      process.stdout.write(`${call.tag}: digest: ${digest}\n`);
      return 0;
    }
    case 'login':
      return 0; // The emulator's registry takes pushes without.
  }
}

async function build(call: Extract<DockerCall, { kind: 'build' }>): Promise<string> {
  const context = process.cwd();
  const version = call.version ?? (existsSync('package.json') ? projectVersion(context) : 'unknown');
  const { architecture } = call;
  const image = await buildImage({
    checkout: context,
    version,
    progress: terminalProgress(),
    ...(architecture === undefined ? {} : { architecture }),
  });
  return image.archive;
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new UserError(`${name} is not set; this program is run by bin/berth rehearse`);
  return value;
}

listenForInterrupts();
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`docker stand-in: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
