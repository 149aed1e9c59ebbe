import { checkRequirements } from '../checks/requirements';
import { imageRequirements } from '../image/requirements';
import { localRequirements } from '../local/requirements';
import { run, CommandFailed } from '../process/run';
import type { Requirement } from '../requirements/requirement';
import { UserError } from '../terminal/user-error';
import type { DoctorAwsOptions } from './doctor-aws';
import { print, printJson } from './output';

interface Finding extends Requirement {
  /** What each way of running the server needs. */
  readonly for: string;
}

export interface DoctorOptions extends DoctorAwsOptions {
  /** Looks at the AWS account instead of this machine. */
  readonly aws?: boolean;
}

/** Shows what this machine has and lacks; exit status 0 when there is at least one way to run the server here. */
export async function doctor(options: DoctorOptions): Promise<number> {
  if (options.aws === true) {
    // The CDK and eleven SDK clients: half a second that no other command needs.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { doctorAws } = require('./doctor-aws') as typeof import('./doctor-aws');
    return doctorAws(options);
  }
  if (options.context !== undefined) {
    throw new UserError(
      `-c ${options.context.join(' -c ')} is a setting of the account; allowed: with --aws`,
      {
        exitCode: 2,
      },
    );
  }
  const minikube = await versionOf('minikube', ['version', '--short']);
  const image = await imageRequirements();
  const local = await localRequirements();
  const findings: Finding[] = [
    { name: 'minikube', found: minikube !== undefined, why: 'runs the exported manifests', for: 'minikube' },
    ...image.map((one) => ({ ...one, for: 'building the image' })),
    ...local.map((one) => ({ ...one, for: 'the local Kubernetes' })),
    ...(await checkRequirements()).map((one) => ({ ...one, for: 'bin/berth test' })),
  ];
  const builds = image.every((one) => one.found);
  const ways = [
    ...(minikube !== undefined && builds ? ['minikube'] : []),
    ...(builds && local.every((one) => one.found) ? ['local'] : []),
  ];
  if (options.json) printJson({ findings, ways });
  else print(describe(findings, ways));
  return ways.length > 0 ? 0 : 1;
}

function describe(findings: readonly Finding[], ways: readonly string[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const rows = findings.map((one) => {
    const fix = one.found || one.debianPackage === undefined ? '' : ` (apt-get install ${one.debianPackage})`;
    return `${one.found ? '✓' : '✗'} ${one.name.padEnd(width)}  ${one.for}: ${one.why}${fix}`;
  });
  const able =
    ways.length > 0
      ? `'bin/berth up' can use: ${ways.join(', ')}`
      : "'bin/berth up' needs what is marked ✗ above";
  return [...rows, '', able].join('\n');
}

async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await run(command, args);
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}
