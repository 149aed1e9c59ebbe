import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * A role for the pods of one service account, by EKS Pod Identity: no OIDC provider, and no cluster's name in the role.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export function podRole(scope: Construct, id: string, description: string): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com'),
    description,
  });
  role.assumeRolePolicy?.addStatements(
    new iam.PolicyStatement({
      actions: ['sts:TagSession'],
      principals: [new iam.ServicePrincipal('pods.eks.amazonaws.com')],
    }),
  );
  return role;
}
