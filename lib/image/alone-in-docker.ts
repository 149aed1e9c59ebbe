import { run, succeeds } from '../process/run';
import { lineThatMatters } from '../process/line-that-matters';
import { contract } from '../contract';
import type { AloneServer } from './alone';
import type { ImageConfig } from './archive-layout';

/** Starts the image in docker, as strictly confined as Kubernetes will confine it. */
export async function startInDocker(
  image: { readonly archive: string; readonly reference: string },
  config: ImageConfig,
  environment: Readonly<Record<string, string>>,
): Promise<AloneServer> {
  const name = `berth-check-${process.pid}`;
  const inspect = (template: string) => run('docker', ['inspect', '--format', template, name]);
  const remove = async () => {
    await succeeds('docker', ['rm', '--force', '--volumes', name]);
    await succeeds('docker', ['rmi', image.reference]);
  };
  const [user = '', group = user] = config.user.split(':');
  const port = contract.ports.http.number;
  try {
    await run('docker', ['load', '--input', image.archive]);
    await run('docker', [
      ...['run', '--detach', '--name', name, '--pull', 'never', '--read-only', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--publish', `127.0.0.1::${port}`],
      ...['--tmpfs', `${contract.dataDirectory}:rw,mode=0700,uid=${user},gid=${group}`],
      ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      image.reference,
    ]);
    const published = await run('docker', ['port', name, `${port}/tcp`]);
    return {
      url: `http://${published.split('\n')[0] ?? ''}`,
      lineThatMatters: async () => {
        const lines: string[] = [];
        await run('docker', ['logs', '--tail', '100', name], { onLine: (line) => lines.push(line) });
        return lineThatMatters(lines.join('\n'));
      },
      exitStatus: async () => {
        const [running, status] = (await inspect('{{.State.Running}} {{.State.ExitCode}}')).split(' ');
        return running === 'true' ? undefined : Number(status);
      },
      terminate: async () => {
        await run('docker', ['kill', '--signal', 'TERM', name]);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
