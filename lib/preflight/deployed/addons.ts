import { DescribeAddonCommand } from '@aws-sdk/client-eks';
import { kubernetesRelease } from '../../config/kubernetes-version';
import { names } from '../../config/names';
import { judge, type Check } from '../check';

export const addons: Check = {
  title: 'add-ons are active',
  applies: ({ stacks }) => stacks.platform !== undefined,
  async look({ settings, clients }) {
    const pinned = kubernetesRelease(settings.kubernetesVersion).addons;
    const found = await Promise.all(
      Object.keys(pinned).map(async (addonName) => {
        const { addon } = await clients.eks.send(
          new DescribeAddonCommand({ clusterName: names.cluster, addonName }),
        );
        return { name: addonName, ...addon };
      }),
    );
    const problems = found
      .filter(({ status }) => status !== 'ACTIVE')
      .map(({ name, status, health }) => {
        const issues = (health?.issues ?? []).map(({ code, message }) => `${code ?? ''}: ${message ?? ''}`);
        return (
          `add-on ${name} is ${status ?? 'of no status'}${issues.length === 0 ? '' : ` (${issues.join(', ')})`}; allowed: ACTIVE; ` +
          `fix: what it says, in 'aws eks describe-addon --cluster-name ${names.cluster} --addon-name ${name}'`
        );
      });
    return judge(problems, found.map(({ name, addonVersion = '' }) => `${name} ${addonVersion}`).join(', '));
  },
};
