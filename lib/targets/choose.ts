import { succeeds } from '../process/run';
import { UserError } from '../terminal/user-error';
import { contextTarget } from './context-target';
import { localTarget } from './local-target';
import { minikubeTarget } from './minikube-target';
import type { Target } from './target';

export interface Choice {
  /** What was given with `--on`; without it minikube where it is installed, else the local Kubernetes. */
  readonly on?: string | undefined;
  readonly checkout: string;
  /** Nodes of the local Kubernetes. Default as many as run, else 1. */
  readonly nodes?: number | undefined;
}

/** @throws UserError `on` names no target */
export async function chooseTarget({ on, checkout, nodes }: Choice): Promise<Target> {
  if (on === undefined) {
    return (await succeeds('minikube', ['version'])) ? minikubeTarget() : localTarget(checkout, nodes);
  }
  if (on === 'local') return localTarget(checkout, nodes);
  if (on === 'minikube') return minikubeTarget();
  const profile = /^minikube:(?<name>.+)$/.exec(on)?.groups?.['name'];
  if (profile !== undefined) return minikubeTarget(profile);
  const context = /^context:(?<name>.+)$/.exec(on)?.groups?.['name'];
  if (context !== undefined) return contextTarget(context);
  throw new UserError(
    `--on '${on}' is not a target; allowed: local, minikube, minikube:PROFILE, context:NAME`,
    {
      exitCode: 2,
    },
  );
}
