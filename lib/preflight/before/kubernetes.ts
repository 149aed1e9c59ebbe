import {
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
} from '@aws-sdk/client-eks';
import { following, kubernetesRelease, upgradeProblem } from '../../config/kubernetes-version';
import { names } from '../../config/names';
import { good, ifThere, judge, unknown, type Check } from '../check';

/** How many versions an error names. */
const NEWEST = 3;

export const kubernetesVersion: Check = {
  title: 'Kubernetes version',
  async look({ settings, clients }) {
    const wanted = settings.kubernetesVersion;
    const there = await ifThere(clients.eks.send(new DescribeClusterCommand({ name: names.cluster })));
    const runs = there?.cluster?.version;
    const step = runs === undefined ? undefined : upgradeProblem(runs, wanted);
    if (step !== undefined) return judge([`${step}; fix: -c kubernetesVersion=…`], '');
    const { clusterVersions = [] } = await clients.eks.send(new DescribeClusterVersionsCommand({}));
    if (clusterVersions.length === 0) return unknown('EKS named no version that it offers');
    const standard = clusterVersions.filter(({ versionStatus }) => versionStatus === 'STANDARD_SUPPORT');
    const allowed = standard.map(({ clusterVersion = '' }) => clusterVersion).sort();
    const offered = standard.find(({ clusterVersion }) => clusterVersion === wanted);
    const until = offered?.endOfStandardSupportDate?.toISOString().slice(0, 10);
    const running = runs === undefined ? '' : `; the cluster runs ${runs}`;
    const extended = clusterVersions.some(
      (one) => one.clusterVersion === wanted && one.versionStatus === 'EXTENDED_SUPPORT',
    );
    // EKS skips no version, so a cluster that is behind goes through this one whatever its support.
    if (extended && runs !== undefined && runs !== wanted) {
      return good(`${wanted}, out of standard support, on the way up${running}`);
    }
    const stays = extended && runs === wanted;
    return judge(
      offered === undefined
        ? [
            `kubernetesVersion is ${wanted}, which EKS does not offer in standard support in ${settings.region}` +
              (stays
                ? ': it moves the control plane up by itself, and leaves nodes and add-ons behind'
                : '') +
              `; allowed: ${allowed.join(', ')}; ` +
              `fix: -c kubernetesVersion=${stays ? following(wanted) : (allowed.at(-1) ?? '')}`,
          ]
        : [],
      `${wanted}${until === undefined ? '' : `, in standard support until ${until}`}${running}`,
    );
  },
};

export const addonVersions: Check = {
  title: 'versions of the EKS add-ons',
  async look({ settings, clients }) {
    const { kubernetesVersion: wanted, region } = settings;
    const { addons } = kubernetesRelease(wanted);
    const problems = await Promise.all(
      Object.entries(addons).map(async ([addonName, version]: [string, string]) => {
        const answer = await clients.eks.send(
          new DescribeAddonVersionsCommand({ addonName, kubernetesVersion: wanted }),
        );
        const offered = (answer.addons ?? []).flatMap(({ addonVersions: all = [] }) =>
          all.map(({ addonVersion = '' }) => addonVersion),
        );
        if (offered.includes(version)) return [];
        const newest = offered.length === 0 ? 'none' : offered.slice(0, NEWEST).join(', ');
        return [
          `${addonName} is ${version}, which ${region} does not offer for Kubernetes ${wanted}; allowed: ${newest}`,
        ];
      }),
    );
    const all = problems.flat();
    if (all.length > 0) all.push('fix: the table in lib/config/kubernetes-version.ts');
    return judge(all, `${Object.keys(addons).length} add-ons offered as pinned`);
  },
};
