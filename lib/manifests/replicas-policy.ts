import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from 'kubernetes-types/admissionregistration/v1';
import { contract } from '../contract';
import { labels } from './labels';
import type { Profile } from './profile';
import { REPLICAS } from './replicas';

/**
 * Says on the set and on the ConfigMap of replicas that members have left the store, so that fewer replicas may be
 * applied: `FROM TO UNTIL`, two numbers and a time (RFC 3339), separated by spaces. Only `berth scale` writes it, and
 * `kubectl apply` of manifests that do not name it leaves it alone.
 */
export const MEMBERS_LEFT = 'berth.example.com/members-left';

/**
 * Refuses fewer replicas than there are, whoever asks: `kubectl apply`, `kubectl scale`, CloudFormation. The pods that
 * go would still be members, and of three two gone at once are a majority gone.
 *
 * It is the API server's own admission (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/,
 * Kubernetes 1.30), so nothing has to run for it. Deleting is left alone, and so is 0 replicas: then all members stop
 * and all come back. If fewer come back than there were, these wait for the others; nothing is lost by that. A policy
 * has no clock, but the API server has noted when each part of the object was changed,
 * this change included, and the last of these times is now.
 */
export function replicasPolicies(profile: Profile) {
  return [
    ...guard(profile, 'replicas', {
      rule: { apiGroups: ['apps'], resources: ['statefulsets', 'statefulsets/scale'] },
      name: contract.name,
      // A Scale with none says nothing of them; a StatefulSet always does.
      replicas: (object) => `(has(${object}.spec.replicas) ? ${object}.spec.replicas : 0)`,
    }),
    ...guard(profile, 'replicas-setting', {
      rule: { apiGroups: [''], resources: ['configmaps'] },
      name: REPLICAS.configMap,
      replicas: (object) => `int(${object}.data.${REPLICAS.key})`,
    }),
  ];
}

interface Guarded {
  readonly rule: { readonly apiGroups: string[]; readonly resources: string[] };
  readonly name: string;
  /** The CEL expression of the number of replicas in `object` or `oldObject`. */
  readonly replicas: (object: 'object' | 'oldObject') => string;
}

function guard(profile: Profile, suffix: string, guarded: Guarded) {
  // Cluster-scoped, so the namespace is in the name: each installation has its own.
  const metadata = { name: `${profile.namespace}-${suffix}`, labels };
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': profile.namespace } },
        resourceRules: [
          { ...guarded.rule, apiVersions: ['v1'], operations: ['UPDATE'], resourceNames: [guarded.name] },
        ],
      },
      variables: [
        { name: 'before', expression: guarded.replicas('oldObject') },
        { name: 'after', expression: guarded.replicas('object') },
        {
          name: 'left',
          expression: `has(oldObject.metadata.annotations) && '${MEMBERS_LEFT}' in oldObject.metadata.annotations ? oldObject.metadata.annotations['${MEMBERS_LEFT}'].split(' ') : []`,
        },
      ],
      validations: [
        {
          expression: [
            'variables.after >= variables.before || variables.after == 0',
            [
              'size(variables.left) == 3',
              'int(variables.left[0]) == variables.before',
              'int(variables.left[1]) <= variables.after',
              'has(object.metadata.managedFields)',
              'object.metadata.managedFields.all(field, timestamp(field.time) < timestamp(variables.left[2]))',
            ].join(' && '),
          ].join(' || '),
          messageExpression: `'replicas: ' + string(variables.after) + ' is fewer than the ' + string(variables.before) + ' there are, and pods that go would still be members of the store; lower it with: bin/berth scale ' + string(variables.after)`,
          reason: 'Forbidden',
        },
      ],
    },
  } satisfies ValidatingAdmissionPolicy;
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: metadata.name, validationActions: ['Deny'] },
  } satisfies ValidatingAdmissionPolicyBinding;
  return [policy, binding];
}
