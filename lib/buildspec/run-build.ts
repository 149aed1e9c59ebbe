import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { lineThatMatters } from '../process/line-that-matters';
import { emptyOutputFolder } from '../process/output-folder';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { PHASES, type Buildspec, type Phase, type PhaseName } from './buildspec';
import { collect } from './collect';
import { lastLineOf } from './log';
import { Shell } from './shell';

export interface BuildRun {
  readonly spec: Buildspec;
  /** Folder with the source, in which the commands run. */
  readonly source: string;
  /** Folder for the artifacts and reports; an earlier output in it is replaced, anything else refused. */
  readonly output: string;
  /** File for all that the commands print; begun anew. */
  readonly log: string;
  /** What a build's project sets: above the buildspec's own variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** The environment besides. */
  readonly environment: Readonly<Record<string, string>>;
  /** Commit that the source is of. */
  readonly commit: string;
  readonly progress: Progress;
}

export interface PhaseResult {
  readonly phase: PhaseName | 'upload_artifacts';
  readonly succeeded: boolean;
  readonly seconds: number;
  /** The command that failed, its status and the line that matters. */
  readonly failure?: string;
}

export interface BuildResult {
  readonly succeeded: boolean;
  readonly phases: readonly PhaseResult[];
  /** The values of `exported-variables`, of those that were set. */
  readonly exported: Readonly<Record<string, string>>;
  /** Files of the artifact, below `output`/artifacts. */
  readonly artifacts: readonly string[];
  /** Files of each report, below `output`/reports. */
  readonly reports: Readonly<Record<string, readonly string[]>>;
}

/**
 * What follows a phase that failed, unless it says `on-failure: ABORT`: nothing, but for build, after which post_build
 * runs with CODEBUILD_BUILD_SUCCEEDING=0.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
const GOES_ON_AFTER_FAILURE: readonly PhaseName[] = ['build'];

/**
 * Runs a buildspec as CodeBuild documents it: phase by phase in one shell; a phase ends at the first command that
 * fails, but for its `finally`. Reports are collected whatever happened, artifacts once build was reached, and
 * artifacts that are not there fail the build.
 */
export async function runBuild(run: BuildRun): Promise<BuildResult> {
  const { spec, source, output, log } = run;
  emptyOutputFolder(output);
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, '');
  const shell = new Shell({
    cwd: source,
    env: { ...run.environment, ...spec.env.variables, ...run.variables, ...buildVariables(run) },
    log,
  });
  try {
    const phases = await runPhases(run, shell);
    const exported: Record<string, string> = {};
    for (const name of spec.env['exported-variables']) {
      const value = await shell.get(name);
      if (value !== undefined) exported[name] = value;
    }
    const reports = Object.fromEntries(
      Object.entries(spec.reports).map(([name, report]) => [
        name,
        collect(source, report, `${output}/reports/${name}`),
      ]),
    );
    let artifacts: string[] = [];
    if (spec.artifacts && phases.some(({ phase }) => phase === 'build')) {
      artifacts = collect(source, spec.artifacts, `${output}/artifacts`);
      const missing = `no matching artifact paths found: ${spec.artifacts.files.join(', ')}`;
      const succeeded = artifacts.length > 0;
      phases.push({
        phase: 'upload_artifacts',
        ...{ succeeded, seconds: 0 },
        ...(succeeded ? {} : { failure: missing }),
      });
    }
    return {
      succeeded: phases.every(({ succeeded }) => succeeded),
      ...{ phases, exported, artifacts, reports },
    };
  } finally {
    await evenWhenInterrupted(() => shell.end());
  }
}

async function runPhases({ spec, log, progress }: BuildRun, shell: Shell): Promise<PhaseResult[]> {
  const phases: PhaseResult[] = [];
  for (const name of PHASES) {
    const phase = spec.phases[name];
    if (!phase) continue;
    const started = Date.now();
    const failure = await progress
      .step(`Phase ${name}`, async (detail) => {
        const failed = await runPhase(name, phase, { shell, log, detail });
        if (failed !== undefined) throw new PhaseFailed(failed);
        detail('');
        return undefined;
      })
      .catch((error: unknown) => {
        if (error instanceof PhaseFailed) return error.message;
        throw error;
      });
    const succeeded = failure === undefined;
    const seconds = (Date.now() - started) / 1000;
    phases.push({ phase: name, succeeded, seconds, ...(succeeded ? {} : { failure }) });
    if (succeeded) continue;
    shell.export('CODEBUILD_BUILD_SUCCEEDING', '0');
    if (phase['on-failure'] === 'ABORT' || !GOES_ON_AFTER_FAILURE.includes(name)) break;
  }
  return phases;
}

/** So that progress shows the phase as failed. */
class PhaseFailed extends UserError {}

/** @returns the first failure */
async function runPhase(
  name: PhaseName,
  phase: Phase,
  { shell, log, detail }: { shell: Shell; log: string; detail: (text: string) => void },
): Promise<string | undefined> {
  let failure: string | undefined;
  const succeeds = async (command: string): Promise<boolean> => {
    appendFileSync(log, `[${name}] $ ${command}\n`);
    const from = statSync(log).size;
    const title = command.trim().split('\n')[0] ?? '';
    detail(title);
    const follow = setInterval(() => {
      detail(lastLineOf(log, from) ?? title);
    }, 1000);
    const status = await shell.run(command).finally(() => {
      clearInterval(follow);
    });
    if (status === 0) return true;
    const said = readFileSync(log).subarray(from).toString('utf8');
    failure ??= `${title}: exit status ${status}: ${lineThatMatters(said) ?? '(it printed nothing)'}`;
    return false;
  };
  for (const command of phase.commands) if (!(await succeeds(command))) break;
  for (const command of phase.finally) if (!(await succeeds(command))) break;
  return failure;
}

/** https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html, as far as they mean something here. */
function buildVariables({ source, commit }: BuildRun): Record<string, string> {
  return {
    CODEBUILD_BUILD_ID: `local:${process.pid}`,
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_RESOLVED_SOURCE_VERSION: commit,
    CODEBUILD_SRC_DIR: source,
    CODEBUILD_START_TIME: String(Date.now()),
  };
}
