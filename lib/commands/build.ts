import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommit } from '../buildspec/build-commit';
import type { BuildResult } from '../buildspec/run-build';
import { resolveCommit, uncommitted } from '../buildspec/source';
import { parseDestination } from '../image/destination';
import type { Scan } from '../image/vulnerabilities';
import { installationDirectory, logFile } from '../installation/installation';
import { markOutputFolder, outputFolder } from '../process/output-folder';
import { terminalProgress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { print, printJson } from './output';
import { localDestination } from './push';

export interface BuildCommandOptions {
  /** What git calls the commit. */
  readonly commit: string;
  readonly variable?: Readonly<Record<string, string>>;
  /** Folder for artifacts and reports; an earlier output in it is replaced. */
  readonly output?: string;
  readonly json?: boolean;
}

/** Runs buildspec.yml on a commit, as CodeBuild does; exit status 1 where it fails. */
export async function build(to: string | undefined, options: BuildCommandOptions): Promise<number> {
  const repository = options.variable?.['IMAGE_REPOSITORY'];
  if (repository !== undefined) {
    throw new UserError(
      `--variable IMAGE_REPOSITORY=${repository} says where to push; give it as the argument: bin/berth build REGISTRY/NAME`,
      { exitCode: 2 },
    );
  }
  if (to !== undefined) parseDestination(to);
  const output = options.output === undefined ? ownFolder() : outputFolder(options.output);
  const progress = terminalProgress();
  const commit = await resolveCommit(checkout, options.commit);
  const changed = options.commit === 'HEAD' ? await uncommitted(checkout) : [];
  if (changed.length > 0) {
    progress.note(`Not in the build, as not in the commit: ${listed(changed)}`);
  }
  const destination = to ?? (await localDestination('build', progress));
  const log = logFile(checkout, 'build');
  const result = await buildCommit({
    ...{ checkout, commit, output, log, progress },
    variables: { ...options.variable, IMAGE_REPOSITORY: destination },
  });
  if (options.json) printJson({ commit, output, log, ...result });
  else print(describe(result, output, log));
  return result.succeeded ? 0 : 1;
}

/** Nobody else's, whoever has put into it what is there. */
function ownFolder(): string {
  const folder = join(installationDirectory(checkout), 'build');
  markOutputFolder(folder);
  return folder;
}

function describe(
  { phases, exported, artifacts, reports }: BuildResult,
  output: string,
  log: string,
): string {
  const lines: [string, string][] = Object.entries(exported);
  const scan = scanOf(`${output}/artifacts/image.json`);
  if (scan !== undefined) lines.push(['scan', scan]);
  if (artifacts.length > 0) lines.push(['artifacts', `${output}/artifacts: ${artifacts.join(', ')}`]);
  for (const [name, files] of Object.entries(reports)) {
    if (files.length > 0) lines.push([name, `${output}/reports/${name}: ${files.join(', ')}`]);
  }
  lines.push(['log', log]);
  const width = Math.max(...lines.map(([name]) => name.length));
  const failures = phases.flatMap(({ phase, failure }) =>
    failure === undefined ? [] : [`phase ${phase} failed: ${failure}`],
  );
  return [...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), ...failures].join('\n');
}

/** Said here as well: that an image was not scanned must not be found out in a log. */
function scanOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { scan } = JSON.parse(readFileSync(file, 'utf8')) as { scan: Scan };
  return scan.reached
    ? `${scan.vulnerabilities.length} known vulnerabilities in what the server calls`
    : `NOT DONE: ${scan.database} cannot be reached: ${scan.reason}`;
}

function listed(files: readonly string[]): string {
  const names = files.map((line) => line.slice(3));
  const rest = names.length - 5;
  return `${names.slice(0, 5).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
