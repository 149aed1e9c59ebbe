import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import type { PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { names } from '../config/names';
import { contract } from '../contract';
import { labels } from '../manifests/labels';
import { kubernetesResource } from '../platform/kubernetes-resource';

const NAME = 'berth-release';

/**
 * What a release does in the namespace, and no more. EKS's own access policies come no nearer than
 * AmazonEKSEditPolicy, which may read and write every Secret there, and run commands in pods.
 */
const rules: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'delete'] },
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

export interface ReleaseAccessProps {
  readonly cluster: eks.ICluster;
  /** IAM role that releases run as. */
  readonly roleArn: string;
}

/** Lets an IAM role release: an access entry that puts it into a group, and the group's rights in one namespace. */
export class ReleaseAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, roleArn }: ReleaseAccessProps) {
    super(scope, id);
    new CfnAccessEntry(this, 'Entry', {
      clusterName: cluster.clusterName,
      principalArn: roleArn,
      kubernetesGroups: [NAME],
    });
    const metadata = { name: NAME, namespace: names.namespace, labels };
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      ...{ metadata, rules },
    } satisfies Role;
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'Group', name: NAME, apiGroup: 'rbac.authorization.k8s.io' }],
    } satisfies RoleBinding;
    const after = [kubernetesResource(this, { cluster, object: role })];
    kubernetesResource(this, { cluster, object: binding, after });
  }
}
