import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFailed, run } from '../process/run';
import type { CheckContext, Outcome } from './check';
import { WITH_KUBERNETES } from './one-at-a-time';
import { coverageReport, junitReport } from './reports';

/** The part of `jest --json` that is read. */
interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

type Project = 'unit' | 'templates' | (typeof WITH_KUBERNETES)[number];

/** Time for jest to exit once it has said that it did not, in milliseconds: machines may be slow. */
const TO_EXIT = 10_000;
const NEVER_EXITED =
  'jest did not exit after its last test: a server, socket or timer of a test is still open';

/** Runs one of the projects of jest.config.js. The unit tests also report coverage. */
export async function jest(
  project: Project,
  { checkout, log, detail, reports }: CheckContext,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-jest-'));
  const report = join(directory, 'result.json');
  const args = [
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${report}`,
    '--verbose',
    '--passWithNoTests=false',
  ];
  if (WITH_KUBERNETES.some((name) => name === project)) args.push('--runInBand', '--testTimeout=600000');
  const covered = reports !== undefined && project === 'unit' ? join(directory, 'coverage') : undefined;
  if (reports !== undefined) args.push('--reporters=default', '--reporters=jest-junit');
  if (covered !== undefined) {
    args.push('--coverage', '--coverageReporters=cobertura', `--coverageDirectory=${covered}`);
  }
  let passed = 0;
  const stuck = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const onLine = (line: string) => {
    // Its own words, after a second; it would wait for ever, and with it whoever waits for this check.
    if (line.startsWith('Jest did not exit')) {
      patience = setTimeout(() => {
        stuck.abort();
      }, TO_EXIT);
    }
    if (!/^\s+✓/.test(line)) return;
    passed += 1;
    detail(`${passed} passed`);
  };
  try {
    await run(join(checkout, 'node_modules', '.bin', 'jest'), args, {
      ...{ cwd: checkout, log, onLine, until: stuck.signal },
      // Its lines are read here, and colours would stand before what they begin with.
      env: { ...env, FORCE_COLOR: '0', ...(reports === undefined ? {} : junitSettings(reports, project)) },
    });
    const result = outcome(JSON.parse(readFileSync(report, 'utf8')) as JestResult);
    return stuck.signal.aborted ? alsoFailed(result, NEVER_EXITED) : result;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const written = read(report);
    if (!written) return { passed: 0, failed: 1, failures: [error.message] };
    const result = outcome(written);
    if (result.failed > 0) return result;
    // Tests are not all it fails for: an obsolete snapshot does, or what is done after the last one.
    return alsoFailed(result, `jest ended with ${error.status} although no test failed: ${error.message}`);
  } finally {
    clearTimeout(patience);
    if (reports !== undefined && covered !== undefined) keepCoverage(covered, reports);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Also of a run with failures; there is none where jest ended early. */
function keepCoverage(folder: string, reports: string): void {
  const file = join(folder, 'cobertura-coverage.xml');
  if (existsSync(file)) copyFileSync(file, coverageReport(reports, 'typescript'));
}

/** https://github.com/jest-community/jest-junit#configuration */
function junitSettings(reports: string, project: Project): Record<string, string> {
  return {
    JEST_JUNIT_OUTPUT_FILE: junitReport(reports, project),
    JEST_JUNIT_SUITE_NAME: '{filepath}',
    JEST_JUNIT_CLASSNAME: '{classname}',
    JEST_JUNIT_TITLE: '{title}',
  };
}

function read(report: string): JestResult | undefined {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as JestResult;
  } catch {
    return undefined; // jest ended before it could write one.
  }
}

function outcome(result: JestResult): Outcome {
  const failures = result.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    // A file that does not compile or load has no tests of its own.
    if (failed.length === 0 && file.status === 'failed')
      return [`${file.name}\n    ${firstLines(file.message)}`];
    return failed.map(
      (test) => `${test.fullName}\n    ${firstLines(test.failureMessages?.join('\n') ?? '')}`,
    );
  });
  return {
    passed: result.numPassedTests,
    failed: Math.max(failures.length, result.numFailedTests),
    failures,
  };
}

function alsoFailed({ passed, failed, failures }: Outcome, failure: string): Outcome {
  return { passed, failed: failed + 1, failures: [...failures, failure] };
}

function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 12).join('\n    ');
}
