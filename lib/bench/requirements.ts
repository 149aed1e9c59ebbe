import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { programPath } from '../local/requirements';
import { evenWhenInterrupted } from '../process/interrupt';
import { succeeds } from '../process/run';
import { installMissing } from '../requirements/install';
import type { Requirement } from '../requirements/requirement';
import type { Progress } from '../terminal/progress';
import { postgresPrograms } from './systems/postgres';

/** What the benchmark needs of this machine. */
export async function benchRequirements(): Promise<Requirement[]> {
  const program = (name: string, why: string, debianPackage: string): Requirement => ({
    name,
    found: programPath(name) !== undefined,
    why,
    debianPackage,
  });
  return [
    { name: 'Linux', found: process.platform === 'linux', why: 'its /proc tells what processes take up' },
    {
      name: 'root',
      found: process.getuid?.() === 0,
      why: 'makes the members’ namespaces; run the command with sudo',
    },
    {
      name: 'go',
      found: await succeeds('go', ['version']),
      why: 'compiles the servers; get it from https://go.dev/dl/',
    },
    {
      name: 'PostgreSQL',
      found: postgresPrograms() !== undefined,
      why: 'is what the server is compared with',
      debianPackage: 'postgresql',
    },
    program('ip', "makes the members' network", 'iproute2'),
    program('nsenter', 'starts members in their namespaces', 'util-linux'),
    program('setpriv', 'starts servers that end with this command', 'util-linux'),
  ];
}

/** Says what programs that come with a package may do on being installed (Debian's invoke-rc.d(8)). */
const POLICY = '/usr/sbin/policy-rc.d';

/** Installs what is missing, without starting PostgreSQL's own service: the benchmark makes a cluster of its own. */
export async function prepareBench(progress: Progress): Promise<void> {
  const requirements = await benchRequirements();
  const quiet = process.getuid?.() === 0 && requirements.some(({ found }) => !found) && !existsSync(POLICY);
  if (quiet) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await installMissing(requirements, progress);
  } finally {
    await evenWhenInterrupted(() => {
      if (quiet) rmSync(POLICY, { force: true });
      return Promise.resolve();
    });
  }
}
