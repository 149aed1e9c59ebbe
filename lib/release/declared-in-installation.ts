import { applyManifests } from '../deploy/deploy';
import { readInstallation, writeInstallation } from '../installation/installation';
import { minikubeProfile } from '../manifests/profiles/minikube';
import type { Cluster } from '../targets/target';
import { UserError } from '../terminal/user-error';
import type { ImageDeclaration } from './declaration';
import { readSet } from './stateful-set';

/** The image stands in the installation of this checkout, and the manifests are applied with it. */
export function declaredInInstallation(cluster: Cluster, checkout: string): ImageDeclaration {
  const installation = () => {
    const found = readInstallation(checkout);
    if (!found)
      throw new UserError("nothing is installed from this checkout; install it with 'bin/berth up'");
    return found;
  };
  return {
    name: 'the installation',
    current: () => Promise.resolve(installation().image),
    async declare(image, detail) {
      // The record first: whoever comes after an interruption finds there what the template was to become.
      writeInstallation(checkout, { ...installation(), image });
      const set = await readSet(cluster);
      const replicas = set?.spec.replicas ?? 1;
      await applyManifests(cluster, minikubeProfile({ image, host: installation().host, replicas }));
      detail('manifests applied');
    },
  };
}
