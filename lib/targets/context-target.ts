import { contract } from '../contract';
import { run, succeeds } from '../process/run';
import { waitFor } from '../process/wait';
import { UserError } from '../terminal/user-error';
import type { Target } from './target';

/** The cluster behind a context of the kubeconfig. It pulls images from a registry and has an Ingress controller already. */
export function contextTarget(context: string): Target {
  const kubectl: Target['kubectl'] = (args, options) =>
    run('kubectl', ['--context', context, ...args], options);
  return {
    name: `context:${context}`,
    kubectl,
    kubectlHint: `kubectl --context ${context}`,
    requirements: async () => [
      {
        name: 'kubectl',
        found: await succeeds('kubectl', ['version', '--client']),
        why: 'talks to the cluster of the context; get it from https://kubernetes.io/docs/tasks/tools/',
      },
    ],
    async start(progress) {
      const contexts = (await run('kubectl', ['config', 'get-contexts', '--output', 'name'])).split('\n');
      if (!contexts.includes(context)) {
        const known = contexts.filter((name) => name !== '').join(', ') || 'none';
        throw new UserError(`--on context:${context}: no such context in the kubeconfig; it has: ${known}`, {
          exitCode: 2,
        });
      }
      await progress.step(`Asking the cluster of context ${context}`, () =>
        kubectl(['get', '--raw', '/readyz']),
      );
      return false;
    },
    async frontDoor() {
      const path =
        '{.items[0].status.loadBalancer.ingress[0].ip}{.items[0].status.loadBalancer.ingress[0].hostname}';
      const ask = ['get', 'ingress', '--namespace', contract.name, '--output', `jsonpath=${path}`];
      // Controllers write it some time after the Ingress was made.
      const address = await waitFor(
        `an address of the Ingress (its controller says why: kubectl --context ${context} --namespace ${contract.name} describe ingress)`,
        async () => (await kubectl(ask)) || undefined,
        { seconds: 180, every: 2000 },
      );
      return { address, port: 80 };
    },
  };
}
