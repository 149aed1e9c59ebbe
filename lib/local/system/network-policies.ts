import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { clusterRights, READ } from './cluster-account';

/** What it is called as a part, as a daemon and as a user of the API. */
export const NETWORK_POLICIES = 'network-policies';

const name = `system:${NETWORK_POLICIES}`;

/** What may be read by what enforces NetworkPolicies. A process on each node and not a pod, as kube-proxy is. */
export function networkPolicies(): (ClusterRole | ClusterRoleBinding)[] {
  const rules = [
    { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: READ },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
  ];
  return clusterRights(name, rules, { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });
}
