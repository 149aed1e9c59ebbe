import { findLocal, loadImage, startLocal, stopLocal } from '../local/cluster';
import type { LocalCluster } from '../local/local-cluster';
import { localRequirements } from '../local/requirements';
import { run } from '../process/run';
import { UserError } from '../terminal/user-error';
import { REQUEST_HEADER, unanswered } from './skipper-log';
import type { Target } from './target';

/**
 * The Kubernetes that `lib/local` builds and runs on this machine, one for each checkout.
 * @param nodes 1 to 3; default as many as run, else 1
 */
export function localTarget(checkout: string, nodes?: number): Target {
  let known: LocalCluster | undefined;
  const cluster = async () => {
    known ??= await findLocal(checkout);
    if (!known)
      throw new UserError("no local Kubernetes runs for this checkout; start it with 'bin/berth up'");
    return known;
  };
  const kubectl: Target['kubectl'] = async (args, options) => {
    const { kubectl, kubeconfig } = await cluster();
    return run(kubectl, ['--kubeconfig', kubeconfig, ...args], options);
  };
  const namespace = 'kube-system';
  return {
    name: 'local',
    ingressController: {
      namespace,
      workload: 'daemonset/skipper',
      log: {
        requestHeader: REQUEST_HEADER,
        async unanswered(since) {
          const from = `--since-time=${new Date(since).toISOString()}`;
          const logs = [
            'logs',
            '--namespace',
            namespace,
            '--selector',
            'app=skipper',
            '--tail=-1',
            '--ignore-errors',
          ];
          // A node that was stopped had its container end, and what that one wrote last is asked for apart.
          const both = await Promise.all([kubectl([...logs, from]), kubectl([...logs, from, '--previous'])]);
          return both.flatMap(unanswered);
        },
      },
    },
    requirements: localRequirements,
    async start(progress) {
      const running = await findLocal(checkout);
      // Without a wish of its own, a second start takes what runs, however many nodes it has.
      const wanted = nodes ?? running?.nodes.length ?? 1;
      const { cluster, started } = await startLocal({ checkout, nodes: wanted, progress });
      known = cluster;
      return started;
    },
    kubectl,
    get kubectlHint() {
      return known ? `${known.kubectl} --kubeconfig ${known.kubeconfig}` : 'kubectl';
    },
    loadImage: async (archive, reference) => {
      await loadImage(await cluster(), archive, reference);
    },
    async frontDoor() {
      return (await cluster()).frontDoor;
    },
    destroy: (progress) => stopLocal(checkout, progress),
  };
}
