import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome } from '../checks/check';
import { checks } from '../checks/checks';
import { coverageReport, junitReport } from '../checks/reports';
import { runChecks } from '../checks/run-checks';
import { logFile } from '../installation/installation';
import { emptyOutputFolder, outputFolder } from '../process/output-folder';
import { terminalProgress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { print, printJson } from './output';
import { prepareChecks } from './prepare';

export interface TestOptions {
  /** Names of checks, separated by commas; when absent all of them but those that run only when named. */
  readonly only?: string;
  /** Folder for JUnit and coverage reports; those of an earlier run in it are replaced, anything else refused. */
  readonly reports?: string;
  readonly json?: boolean;
}

/** Runs every check, whatever failed before it, and closes with the line `N passed, N failed`. */
export async function test(options: TestOptions): Promise<number> {
  const chosen = choose(options.only);
  const into = options.reports === undefined ? undefined : outputFolder(options.reports, '--reports');
  const progress = terminalProgress();
  await prepareChecks(
    chosen.map(({ name }) => name),
    progress,
  );
  const reports = into === undefined ? {} : { reports: emptyReports(into) };
  const logOf = (name: string) => {
    const log = logFile(checkout, `test-${name}`);
    rmSync(log, { force: true });
    return log;
  };
  const results = await runChecks(chosen, { checkout, logOf, ...reports }, progress);
  const sum = (count: (outcome: Outcome) => number) =>
    results.reduce((total, outcome) => total + count(outcome), 0);
  const passed = sum((outcome) => outcome.passed);
  const failed = sum((outcome) => outcome.failed);
  if (options.json) printJson({ passed, failed, checks: results });
  else print(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** Takes away those of an earlier run, which would pass for this one's. */
function emptyReports(reports: string): string {
  emptyOutputFolder(reports, '--reports');
  for (const folder of [dirname(junitReport(reports, '')), dirname(coverageReport(reports, 'go'))]) {
    mkdirSync(folder);
  }
  return reports;
}

function choose(only: string | undefined) {
  if (only === undefined) return checks.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
  const names = only.split(',').map((name) => name.trim());
  const known = checks.map((check) => check.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`--only '${unknown.join(',')}' is not a check; allowed: ${known.join(', ')}`, {
      exitCode: 2,
    });
  }
  return checks.filter((check) => names.includes(check.name));
}
