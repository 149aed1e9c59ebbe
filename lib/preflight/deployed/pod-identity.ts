import { paginateListPodIdentityAssociations } from '@aws-sdk/client-eks';
import { names } from '../../config/names';
import { judge, type Check } from '../check';

/** Service accounts that need a role of the account, and what for. */
const NEEDED: Readonly<Record<string, string>> = {
  'kube-system/aws-node': 'gives pods addresses',
  'kube-system/ebs-csi-controller-sa': 'makes volumes',
  'kube-system/aws-load-balancer-controller': 'makes load balancers',
  'external-secrets/external-secrets': 'reads the tokens',
};

export const podIdentity: Check = {
  title: 'controllers have their roles (Pod Identity)',
  applies: ({ stacks }) => stacks.server !== undefined,
  async look({ clients }) {
    const found = new Set<string>();
    for await (const page of paginateListPodIdentityAssociations(
      { client: clients.eks },
      { clusterName: names.cluster },
    )) {
      for (const { namespace = '', serviceAccount = '' } of page.associations ?? []) {
        found.add(`${namespace}/${serviceAccount}`);
      }
    }
    const problems = Object.entries(NEEDED)
      .filter(([account]) => !found.has(account))
      .map(
        ([account, does]) =>
          `${account}, which ${does}, has no role; allowed: an association; fix: npx cdk deploy --all`,
      );
    return judge(problems, Object.keys(NEEDED).join(', '));
  },
};
