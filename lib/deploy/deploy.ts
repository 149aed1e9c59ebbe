import { contract } from '../contract';
import type { KubernetesObject } from '../manifests/kubernetes-object';
import { namespace as namespaceObject } from '../manifests/namespace';
import type { Profile } from '../manifests/profile';
import { manifests } from '../manifests/manifests';
import { toYaml } from '../manifests/yaml';
import type { Cluster, Target } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { ensureSecrets } from './secrets';
import { restart, waitForRollout } from './rollout';

/** Longer than a first start with an image that has to be pulled. */
const ROLLOUT_SECONDS = 300;

/**
 * Puts the server on a cluster, or changes what is there to match, and waits until it is ready.
 * @returns a bearer token that `/v1` accepts
 */
export async function deploy(target: Target, profile: Profile, progress: Progress): Promise<string> {
  return progress.step(`Applying the manifests on ${target.name}`, async (detail) => {
    await apply(target, [namespaceObject(profile)]);
    const { token, peersMade } = await ensureSecrets(target);
    if (peersMade && (await exists(target))) {
      // A member that ran alone made its own authority, by which it would let nobody in.
      await restart(target);
      await waitForRollout(target, ROLLOUT_SECONDS, detail);
    }
    await applyManifests(target, profile);
    await waitForRollout(target, ROLLOUT_SECONDS, detail);
    detail('ready');
    return token;
  });
}

async function exists(target: Target): Promise<boolean> {
  const set = ['statefulset', contract.name, '--namespace', contract.name];
  return (await target.kubectl(['get', ...set, '--ignore-not-found', '--output', 'name'])) !== '';
}

/** Applies every object of the profile, without waiting for what that sets going. */
export async function applyManifests(target: Cluster, profile: Profile): Promise<void> {
  await apply(target, manifests(profile));
}

async function apply(target: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  await target.kubectl(['apply', '--filename', '-'], { input: toYaml(objects) });
}
