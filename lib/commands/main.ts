import { Command, CommanderError } from 'commander';
import { contract } from '../contract';
import { projectVersion } from '../image/source';
import { Interrupted, listenForInterrupts } from '../process/interrupt';
import { messageOf, UserError } from '../terminal/user-error';
import type { BenchOptions } from './bench';
import type { BuildCommandOptions } from './build';
import { checkout } from './checkout';
import type { DoctorOptions } from './doctor';
import type { DownOptions } from './down';
import type { DrillOptions } from './drill';
import type { ExportOptions } from './export';
import type { ImageOptions } from './image';
import type { PushOptions } from './push';
import type { RehearseCommandOptions } from './rehearse';
import type { ReleaseOptions } from './release';
import type { ReleasesOptions } from './releases';
import type { ScaleOptions } from './scale';
import {
  address,
  architecture,
  DEFAULT_HOST,
  hostName,
  imageByDigest,
  imageReference,
  nodes,
  replicas,
  scanRule,
  SCANS,
  variable,
  wholeNumber,
} from './settings';
import type { TestOptions } from './test';
import type { UpOptions } from './up';

// Each command is loaded when it is asked for, and so is what it needs: help and bad input are answered at once.
// With require, as the loader that knows import() of TypeScript as well takes as long as everything else here.
/* eslint-disable @typescript-eslint/no-require-imports */

/** Exit statuses: 0 done, 1 failed, 2 bad input, 128 + signal when interrupted. */
async function main(): Promise<number> {
  let exitCode = 0;
  const finish = (code: number) => {
    exitCode = code;
  };
  const program = new Command('berth')
    .description('A Go server with data it may not lose: from source to Kubernetes.')
    .version(projectVersion(checkout))
    .exitOverride()
    .showHelpAfterError('(try again with --help)')
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 bad input, 130 interrupted.');

  const command = (name: string, description: string) =>
    program.command(name).description(description).exitOverride();
  const targets = 'minikube, minikube:PROFILE, context:NAME or local';

  command('up', 'build the server, put it on Kubernetes, expose it, roll it and check that nothing was lost')
    .option(
      '--on <target>',
      `where to put it: ${targets} (default: where it is, else minikube if installed, else local)`,
    )
    .option('--nodes <n>', 'nodes of the local Kubernetes, 1 to 3 (default: 1)', nodes)
    .option('--image <reference>', 'use this image from a registry instead of building one', imageReference)
    .option(
      '--host <name>',
      `host name of the Ingress (default: as installed, else ${DEFAULT_HOST})`,
      hostName,
    )
    .option('--replicas <n>', 'members of the store (default: as many as run, else 1)', replicas)
    .option('--json', 'print the result as JSON')
    .action(async (options: UpOptions) => {
      const { up } = require('./up') as typeof import('./up');
      finish(await up(options));
    });
  command('roll', 'roll every pod and check that nothing was lost')
    .option('--json', 'print the result as JSON')
    .action(async (options: { json?: boolean }) => {
      const { roll } = require('./roll') as typeof import('./roll');
      finish(await roll(options));
    });
  command('scale', 'change how many members the store has, with its data in place')
    .argument('<members>', `members of the store: ${contract.replicas.join(', ')}`, replicas)
    .option('--on <target>', `the cluster of a set that was not made by up here: ${targets}`)
    .option('--delete-volumes', 'delete the volumes of members that leave (default: keep them)')
    .option('--json', 'print the result as JSON')
    .action(async (members: number, options: ScaleOptions) => {
      const { scale } = require('./scale') as typeof import('./scale');
      finish(await scale(members, options));
    });
  command(
    'drill',
    'make pods, nodes and disks fail under load, and check that nothing is lost, stale or failed',
  )
    .option('--fault <name...>', 'only these faults (default: each once, or with --minutes at random)')
    .option('--minutes <n>', 'choose faults at random for so long, 1 to 240', wholeNumber(1, 240))
    .option('--seed <n>', 'what the choices follow from', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--clients <n>', 'clients that read and write, 1 to 256', wholeNumber(1, 256), 16)
    .option(
      '--rate <n>',
      'what all of them ask for a second, at most, 1 to 10000 (default: 2000, less with --minutes above 30); all pages of a list count once',
      wholeNumber(1, 10_000),
    )
    .option('--undisturbed <n>', 'seconds without a fault at first, to compare with', wholeNumber(1, 600), 15)
    .option('--list', 'show the faults there are')
    .option('--report <file>', 'where the HTML report goes (default: with the installation)')
    .option('--json', 'print the result as JSON')
    .action(async (options: DrillOptions) => {
      const { drill } = require('./drill') as typeof import('./drill');
      finish(await drill(options));
    });
  command('status', 'show what runs and where it answers')
    .option('--json', 'print the result as JSON')
    .action(async (options: { json?: boolean }) => {
      const { status } = require('./status') as typeof import('./status');
      finish(await status(options));
    });
  command('image', 'build the image and check it: what is in it, that it runs, what is known against it')
    .option('--architecture <name>', 'amd64 or arm64 (default: that of this machine)', architecture)
    .option(
      '--output <folder>',
      'write the list of its contents (SPDX) there, and scan for vulnerabilities; a folder that is not there, is empty or holds an earlier output',
    )
    .option(
      '--scan <rule>',
      `${SCANS.join(', ')}: a vulnerability fails it but for report, and a database that cannot be reached with required; only with --output (default: when-reachable)`,
      scanRule,
    )
    .option('--json', 'print the result as JSON')
    .action(async (options: ImageOptions) => {
      const { image } = require('./image') as typeof import('./image');
      finish(await image(options));
    });
  command('build', 'run buildspec.yml on a commit, as CodeBuild does: test, build, check, push')
    .argument('[repository]', 'REGISTRY/NAME (default: the registry beside the local Kubernetes)')
    .option('--commit <revision>', 'what to build, as git calls it', 'HEAD')
    .option('--variable <name=value>', 'set a variable of the buildspec; may be repeated', variable)
    .option(
      '--output <folder>',
      'where artifacts and reports go: a folder that is not there, is empty or holds an earlier output (default: with the installation)',
    )
    .option('--json', 'print the result as JSON')
    .action(async (repository: string | undefined, options: BuildCommandOptions) => {
      const { build } = require('./build') as typeof import('./build');
      finish(await build(repository, options));
    });
  command('push', 'build the image, check it and push it to a registry; prints its name by digest')
    .argument('[repository]', 'REGISTRY/NAME (default: the registry beside the local Kubernetes)')
    .option('--tag <tag>', 'default: the commit, or a name made from the content where it is not committed')
    .option('--architecture <name>', 'amd64 or arm64 (default: that of this machine)', architecture)
    .option('--json', 'print the result as JSON')
    .action(async (repository: string | undefined, options: PushOptions) => {
      const { push } = require('./push') as typeof import('./push');
      finish(await push(repository, options));
    });
  const atPlace = (name: string, description: string) =>
    command(name, description)
      .option(
        '--on <place>',
        'account: with AWS credentials and AWS_REGION; default where up has installed this checkout',
      )
      .option(
        '--front-door <host:port>',
        "where the account's service is reached from here, if not by its own name",
        address,
      )
      .option('--json', 'print the result as JSON');
  const releasing = (name: string, description: string) =>
    atPlace(name, description)
      .option('--commit <id>', 'commit the image was built from, for the history')
      .option(
        '--pod-seconds <n>',
        'seconds a new pod has until it is ready and answers rightly',
        wholeNumber(10, 900),
        60,
      );
  releasing('release', 'bring an image to every pod, one after the other, or leave every pod as it was')
    .argument(
      '[image]',
      'REPOSITORY@sha256:DIGEST (default: the release that was interrupted, else the source as it is)',
      imageByDigest,
    )
    .action(async (image: string | undefined, options: ReleaseOptions) => {
      const { releaseImage } = require('./release') as typeof import('./release');
      finish(await releaseImage(image, options));
    });
  releasing('rollback', 'release an image again that was released before')
    .argument('[image]', 'the image or its digest, as in bin/berth releases (default: the one before)')
    .action(async (image: string | undefined, options: ReleaseOptions) => {
      const { rollback } = require('./release') as typeof import('./release');
      finish(await rollback(image, options));
    });
  atPlace('releases', 'list what was released, when, by whom and how it ended').action(
    async (options: ReleasesOptions) => {
      const { releases } = require('./releases') as typeof import('./releases');
      finish(await releases(options));
    },
  );
  command('export', 'write the Kubernetes manifests for minikube')
    .option('--image <reference>', 'image to run', imageReference, 'localhost/berth:dev')
    .option('--host <name>', 'host name of the Ingress', hostName, DEFAULT_HOST)
    .option('--replicas <n>', 'members of the store', replicas, 1)
    .option('--output <file>', 'file to write (default: standard output)')
    .action((options: ExportOptions) => {
      const { exportManifests } = require('./export') as typeof import('./export');
      exportManifests(options);
    });
  command('down', 'stop and remove what up made')
    .option('--delete-data', 'on minikube or a context: delete the volumes and Secrets as well')
    .action(async (options: DownOptions) => {
      const { down } = require('./down') as typeof import('./down');
      finish(await down(options));
    });
  command('doctor', 'show what this machine, or with --aws the account, has and lacks')
    .option(
      '--aws',
      'ask the AWS account what a deployment needs and, once deployed, whether it is as it should be',
    )
    .option('-c, --context <name=value...>', 'with --aws: settings, as npx cdk takes them')
    .option('--json', 'print the result as JSON')
    .action(async (options: DoctorOptions) => {
      const { doctor } = require('./doctor') as typeof import('./doctor');
      finish(await doctor(options));
    });
  command('rehearse', 'deploy the CDK app into an emulated AWS account, release, upgrade and destroy it')
    .option(
      '-c, --context <name=value...>',
      "settings to rehearse, as npx cdk takes them (default: the app's)",
    )
    .option('--keep', 'stop before destroying, or where a step failed, to look around, until Ctrl-C')
    .option('--json', 'print the result as JSON')
    .action(async (options: RehearseCommandOptions) => {
      const { rehearse } = require('./rehearse') as typeof import('./rehearse');
      finish(await rehearse(options));
    });
  command('bench', 'measure the server beside etcd and PostgreSQL, and write docs/benchmarks.md')
    .option(
      '--quick',
      'a look in a few minutes, one round of 1 s each; writes no file unless --to says where',
    )
    .option('--to <directory>', 'where benchmarks.md and its picture are written (default: docs)')
    .option('--json', 'print the result as JSON')
    .action(async (options: BenchOptions) => {
      const { bench } = require('./bench') as typeof import('./bench');
      finish(await bench(options));
    });
  command('test', 'run every check: format, lint, types, unit tests, image, end to end')
    .option('--only <steps>', 'run only these steps, separated by commas')
    .option(
      '--reports <folder>',
      'write JUnit and coverage reports there, for CI servers; a folder that is not there, is empty or holds earlier ones',
    )
    .option('--json', 'print the result as JSON')
    .action(async (options: TestOptions) => {
      const { test } = require('./test') as typeof import('./test');
      finish(await test(options));
    });

  try {
    await program.parseAsync();
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

/** Says what went wrong in as few lines as matter, and returns the exit status. */
function report(error: unknown): number {
  // Commander has printed it already; its own status for bad input is 1, which here means that work failed.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`berth: ${messageOf(error)}\n`);
  if (error instanceof Interrupted || error instanceof UserError) return error.exitCode;
  if (error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return 1;
}

// Whoever reads the output may have seen enough (`| head`); that is not an error of this command. Nor is a terminal that
// was closed: its SIGHUP is an interrupt, after which there is much to clean up that nobody reads of.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}
listenForInterrupts();
void main().then((code) => {
  process.exitCode = code;
});
