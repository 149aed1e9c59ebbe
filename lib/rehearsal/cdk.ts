import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../process/quoted';
import { run } from '../process/run';
import { ACCOUNT, accountEnvironment, REGION, type Account } from './account';
import { asArguments, type GivenSettings } from './settings';
import { stepLog, type Workspace } from './workspace';

/** The CDK command line of this project, working in the emulated account. */
export class Cdk {
  private readonly env: Record<string, string | undefined>;

  constructor(
    private readonly workspace: Workspace,
    account: Account,
  ) {
    this.env = {
      ...accountEnvironment(account),
      CDK_HOME: workspace.run,
      CDK_DOCKER: writeDocker(workspace),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      REHEARSAL_RUN: workspace.run,
    };
  }

  /**
   * `cdk synth` as a person would call it, for deployments that follow.
   * @param name of what is synthesized, and of its log
   * @returns directory of the synthesized app, for `--app`
   */
  async synth(name: string, settings: GivenSettings, detail: (text: string) => void): Promise<string> {
    const output = join(this.workspace.run, `${name}.out`);
    await this.run(name, ['synth', '--quiet', '--output', output, ...asArguments(settings)], detail);
    return output;
  }

  /** `cdk bootstrap`, which with the environment named does not look at the app. */
  async bootstrap(detail: (text: string) => void): Promise<void> {
    await this.run('bootstrap', ['bootstrap', `aws://${ACCOUNT}/${REGION}`], detail);
  }

  /**
   * `cdk COMMAND`, with its output in the log of `step`.
   * @param detail is told of each resource as it is done
   */
  async run(step: string, args: readonly string[], detail: (text: string) => void): Promise<string> {
    const { checkout } = this.workspace;
    const program = join(checkout, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    return run(process.execPath, [program, '--no-notices', '--no-color', ...args], {
      cwd: checkout,
      env: this.env,
      log: stepLog(this.workspace, step),
      onLine: (line) => {
        const event = progressOf(line);
        if (event !== undefined) detail(event);
      },
    });
  }
}

/** `stack | 3/40 | 12:00:00 | CREATE_COMPLETE | type | name`, as `--progress events` prints it. */
export function progressOf(line: string): string | undefined {
  const [stack, count, , status, type] = line.split('|').map((part) => part.trim());
  if (status === undefined || !/_(?:COMPLETE|FAILED)$/.test(status)) return undefined;
  return `${stack ?? ''} ${count ?? ''} ${type ?? ''}`;
}

/** The program that plays docker, started with this project's own packages. */
function writeDocker(workspace: Workspace): string {
  const { checkout, bin } = workspace;
  const file = join(bin, 'docker-stand-in');
  const loader = join(checkout, 'node_modules', 'tsx', 'dist', 'cjs', 'index.cjs');
  const command = [process.execPath, '--require', loader, join(__dirname, 'docker', 'main.ts')];
  const words = command.map(quoted).join(' ');
  writeFileSync(file, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
