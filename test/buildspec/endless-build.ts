import { readBuildspec } from '../../lib/buildspec/buildspec';
import { runBuild } from '../../lib/buildspec/run-build';
import { Interrupted, listenForInterrupts } from '../../lib/process/interrupt';
import { silent } from '../../lib/terminal/progress';

/** A build in the folder that is its argument, whose command goes on for ever; for interrupt.test.ts. */
async function main(folder: string): Promise<void> {
  listenForInterrupts();
  const command = 'sleep 600 & echo "$$ $!" > pids.part; mv pids.part pids; wait';
  await runBuild({
    spec: readBuildspec(`version: 0.2\nphases: { build: { commands: ['${command}'] } }`),
    ...{ source: folder, output: `${folder}/output`, log: `${folder}/log` },
    ...{ variables: {}, commit: 'c0ffee', progress: silent },
    environment: { PATH: process.env['PATH'] ?? '' },
  });
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
});
