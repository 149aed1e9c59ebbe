import { join } from 'node:path';

/** JUnit XML of one check's tests: what CI servers show test by test. */
export function junitReport(reports: string, check: string): string {
  return join(reports, 'tests', `${check}.xml`);
}

/** Cobertura XML: which lines of the code the tests of one language ran. */
export function coverageReport(reports: string, language: 'go' | 'typescript'): string {
  return join(reports, 'coverage', `${language}.xml`);
}
