import { ListPodIdentityAssociationsCommand, type EKSClient } from '@aws-sdk/client-eks';
import { UserError } from '../../terminal/user-error';

/**
 * Without a role a controller can do nothing in the account, and says so only in its log.
 * @param serviceAccount `namespace/name` of its pods
 * @throws UserError no association of the cluster gives it a role
 */
export async function assertPodIdentity(
  eks: EKSClient,
  clusterName: string,
  serviceAccount: string,
): Promise<void> {
  const [namespace, name] = serviceAccount.split('/');
  const { associations = [] } = await eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName, namespace, serviceAccount: name }),
  );
  if (associations.length > 0) return;
  throw new UserError(`no pod identity association of cluster ${clusterName} gives ${serviceAccount} a role`);
}
