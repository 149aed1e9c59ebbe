import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from 'kubernetes-types/rbac/v1';

export const READ = ['get', 'list', 'watch'];

/** A service account in kube-system that may do this in every namespace. */
export function clusterAccount(
  name: string,
  rules: PolicyRule[],
): (ServiceAccount | ClusterRole | ClusterRoleBinding)[] {
  const namespace = 'kube-system';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    ...clusterRights(`system:${name}`, rules, { kind: 'ServiceAccount', name, namespace }),
  ];
}

/** A role of this name, which lets `subject` do this in every namespace. */
export function clusterRights(
  role: string,
  rules: PolicyRule[],
  subject: Subject,
): (ClusterRole | ClusterRoleBinding)[] {
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: role }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [subject],
    },
  ];
}
