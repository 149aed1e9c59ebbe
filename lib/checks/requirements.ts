import { existsSync } from 'node:fs';
import { succeeds } from '../process/run';
import type { Requirement } from '../requirements/requirement';
import { WITH_KUBERNETES } from './one-at-a-time';

interface CheckRequirement {
  /** Names of the checks that need it. */
  readonly checks: readonly string[];
  readonly requirement: Omit<Requirement, 'found'>;
  readonly found: () => Promise<boolean>;
}

const needs: readonly CheckRequirement[] = [
  {
    checks: ['unit', ...WITH_KUBERNETES],
    requirement: { name: 'git', why: 'tells which files belong to the project', debianPackage: 'git' },
    found: () => succeeds('git', ['--version']),
  },
  {
    checks: ['go', ...WITH_KUBERNETES],
    requirement: { name: 'gcc', why: "links Go's race detector", debianPackage: 'gcc libc6-dev' },
    found: async () => (await succeeds('gcc', ['--version'])) && existsSync('/usr/include/stdlib.h'),
  },
  {
    checks: ['templates', ...WITH_KUBERNETES],
    requirement: {
      name: 'pip',
      why: 'installs the checkers of test/tools',
      debianPackage: 'python3-pip',
    },
    found: () => succeeds('python3', ['-m', 'pip', '--version']),
  },
];

/**
 * What checks need besides Node and Go, and besides what the image and the local Kubernetes do.
 * @param checks their names. Default all
 */
export async function checkRequirements(checks?: readonly string[]): Promise<Requirement[]> {
  const wanted = needs.filter((need) => checks?.some((name) => need.checks.includes(name)) ?? true);
  return Promise.all(
    wanted.map(async ({ requirement, found }) => ({ ...requirement, found: await found() })),
  );
}
