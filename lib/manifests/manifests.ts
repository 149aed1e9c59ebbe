import { disruptionBudget } from './disruption-budget';
import { ingress } from './ingress';
import type { KubernetesObject } from './kubernetes-object';
import { namespace } from './namespace';
import { networkPolicy } from './network-policy';
import type { Profile } from './profile';
import { replicas } from './replicas';
import { replicasPolicies } from './replicas-policy';
import { serviceAccount } from './service-account';
import { clientService, peerService } from './services';
import { statefulSet } from './stateful-set';

/**
 * Every object of the server on one platform, in the order to apply them.
 *
 * The Secrets are not among them: they are made where the server is installed and never written to a file.
 */
export function manifests(profile: Profile): KubernetesObject[] {
  return [
    namespace(profile),
    serviceAccount(profile),
    networkPolicy(profile),
    disruptionBudget(profile),
    peerService(profile),
    clientService(profile),
    // Before what they guard; they take a moment to be in force.
    ...replicasPolicies(profile),
    replicas(profile),
    // Before the pods: a load balancer's controller marks pods for it only once it knows the Ingress.
    ingress(profile),
    statefulSet(profile),
  ];
}
