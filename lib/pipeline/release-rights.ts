import type { PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { names } from '../config/names';
import { contract } from '../contract';
import { labels } from '../manifests/labels';

/** The group that a release belongs to in the cluster, and the name of what gives it its rights. */
export const RELEASE_GROUP = 'berth-release';

/**
 * What a release does in the namespace, and no more. EKS's own access policies come no nearer than
 * AmazonEKSEditPolicy, which may read and write every Secret there, and run commands in pods.
 */
const rules: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  // Asks each new pod directly. kubectl opens it with GET or with POST, depending on its version.
  { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list'] },
  // Holds back the pods whose turn has not come; the template is CloudFormation's.
  {
    apiGroups: ['apps'],
    resources: ['statefulsets'],
    resourceNames: [contract.name],
    verbs: ['get', 'patch'],
  },
  // Asks the service as its users do.
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: [contract.tokens.secret],
    verbs: ['get'],
  },
  // Its history.
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [`${contract.name}-releases`],
    verbs: ['get', 'update'],
  },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
];

const RBAC = 'rbac.authorization.k8s.io';
const metadata = { name: RELEASE_GROUP, namespace: names.namespace, labels };

export const releaseRole = {
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  ...{ metadata, rules },
} satisfies Role;

export const releaseRoleBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata,
  roleRef: { apiGroup: RBAC, kind: 'Role', name: RELEASE_GROUP },
  subjects: [{ kind: 'Group', name: RELEASE_GROUP, apiGroup: RBAC }],
} satisfies RoleBinding;
