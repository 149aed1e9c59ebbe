import { evenWhenInterrupted } from '../../process/interrupt';
import { identify, isAlive } from '../../process/process-id';
import { start } from '../../process/start';
import { waitFor } from '../../process/wait';
import { UserError } from '../../terminal/user-error';
import type { Fault } from '../fault';
import { processOf } from './kill';

/** What strace puts in the place of an answer: the disk could not write. */
const INJECT = ['--trace=fsync,fdatasync', '--inject=fsync,fdatasync:error=EIO'];

/** Every fsync of one member fails, until that member has ended: its next life has a disk that works. */
export const failFsync: Fault = {
  name: 'fail-fsync',
  title: 'fsync fails under one member',
  roles: ['leader', 'follower'],
  needs: 'the local Kubernetes',
  excuse: 'in-flight',
  aim: 1000,
  async strike({ victim, local, hit, hold }) {
    const pid = await processOf(local(), victim);
    const server = identify(pid);
    if (!server) {
      throw new UserError(
        `the server of ${victim.name}, process ${pid}, ended before its disk could fail; run the drill again`,
      );
    }
    await hit([victim], async () => {
      const tracing = start('strace', ['--follow-forks', `--attach=${pid}`, '--quiet=all', ...INJECT]);
      try {
        await waitFor(
          `the end of ${victim.name}, whose disk fails,`,
          () => (isAlive(server) ? undefined : true),
          { seconds: 30, every: 20 },
        );
      } finally {
        // It may wait for ever for threads that have ended, and the kernel holds the server's remains until it is gone.
        await evenWhenInterrupted(() => tracing.end('SIGKILL').catch(() => undefined));
      }
    });
    await hold(2);
  },
};
