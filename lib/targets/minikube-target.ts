import { connect } from 'node:net';
import { run, succeeds } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { Target } from './target';

/**
 * minikube with its `ingress` addon, started if need be.
 * @param profile minikube's name for the cluster; default `$MINIKUBE_PROFILE`, else minikube's own default
 */
export function minikubeTarget(profile = process.env['MINIKUBE_PROFILE'] ?? 'minikube'): Target {
  const minikube = (args: readonly string[]) => run('minikube', ['--profile', profile, ...args]);
  // Asked once: following a rollout calls kubectl twice a second.
  let hasKubectl: Promise<boolean> | undefined;
  const kubectl: Target['kubectl'] = async (args, options) =>
    (await (hasKubectl ??= succeeds('kubectl', ['version', '--client'])))
      ? run('kubectl', ['--context', profile, ...args], options)
      : run('minikube', ['--profile', profile, 'kubectl', '--', ...args], options);
  return {
    // With the profile, so that a later command finds this cluster and no other.
    name: profile === 'minikube' ? 'minikube' : `minikube:${profile}`,
    kubectl,
    kubectlHint: `kubectl --context ${profile}`,
    ingressController: { namespace: 'ingress-nginx', workload: 'deployment/ingress-nginx-controller' },
    loadImage: async (archive) => {
      await minikube(['image', 'load', archive]);
    },
    requirements: async () => [
      {
        name: 'minikube',
        found: await succeeds('minikube', ['version']),
        why: 'get it from https://minikube.sigs.k8s.io/docs/start/, or leave it out with --on local',
      },
    ],
    async start(progress) {
      await progress.step('Starting minikube', async (detail) => {
        if (!(await succeeds('minikube', ['--profile', profile, 'status']))) {
          await run('minikube', ['--profile', profile, 'start'], { onLine: detail });
        }
      });
      await progress.step('Enabling the ingress addon', () => minikube(['addons', 'enable', 'ingress']));
      return false;
    },
    async frontDoor() {
      const address = await minikube(['ip']);
      if (await listens(address, 80)) return { address, port: 80 };
      // With the docker driver on macOS and Windows the node is not reachable; `minikube tunnel` listens on loopback.
      if (process.platform !== 'linux' && (await listens('127.0.0.1', 80)))
        return { address: '127.0.0.1', port: 80 };
      throw new UserError(
        `minikube's Ingress does not answer at ${address}:80; run 'minikube tunnel' in another terminal and try again`,
      );
    },
  };
}

/** Whether something accepts connections there within three seconds. */
function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('timeout', () => {
      answer(false);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}
