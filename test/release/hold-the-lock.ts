import { Journal } from '../../lib/release/journal';

// Takes the lock on releases of a cluster that keeps nothing, prints the object that holds it, and is killed.
const cluster = {
  name: 'test',
  kubectlHint: 'kubectl',
  kubectl: (args: readonly string[], options?: { readonly input?: string }) => {
    if (args[0] === 'get') return Promise.resolve('');
    process.stdout.write(options?.input ?? '', () => process.kill(process.pid, 'SIGKILL'));
    return new Promise<string>(() => setInterval(() => undefined, 1000));
  },
};
void Journal.whileHeld(
  cluster,
  'the one that is killed',
  () => undefined,
  () => Promise.resolve(),
);
