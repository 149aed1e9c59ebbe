import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { READ } from './cluster-account';

/** What it is called as a part, as a daemon and as a user of the API. */
export const NETWORK_POLICIES = 'network-policies';

const name = `system:${NETWORK_POLICIES}`;

/** What may be read by what enforces NetworkPolicies. A process on each node and not a pod, as kube-proxy is. */
export function networkPolicies(): (ClusterRole | ClusterRoleBinding)[] {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: READ },
        { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    },
  ];
}
