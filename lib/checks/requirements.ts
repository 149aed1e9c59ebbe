import { existsSync } from 'node:fs';
import { succeeds } from '../process/run';
import type { Requirement } from '../requirements/requirement';

/** What the checks need besides what the image and the local Kubernetes do. */
export async function checkRequirements(): Promise<Requirement[]> {
  return [
    {
      name: 'git',
      found: await succeeds('git', ['--version']),
      why: 'tells which files belong to the project',
      debianPackage: 'git',
    },
    {
      name: 'gcc',
      found: (await succeeds('gcc', ['--version'])) && existsSync('/usr/include/stdlib.h'),
      why: "links Go's race detector",
      debianPackage: 'gcc libc6-dev',
    },
    {
      name: 'pip',
      found: await succeeds('python3', ['-m', 'pip', '--version']),
      why: 'installs the checkers of test/tools/requirements.txt',
      debianPackage: 'python3-pip',
    },
  ];
}
