import { names } from '../../config/names';
import { clusterLeftovers } from '../../platform/teardown-guard/kinds';
import { good, judge, type Check } from '../check';

/** After a deletion, and before the first deployment: what carries the cluster's tags although there is no cluster. */
export const leftovers: Check = {
  title: 'nothing is left of an earlier cluster',
  applies: ({ stacks }) => stacks.platform === undefined,
  async look({ settings, clients }) {
    const { all } = clusterLeftovers({ name: names.cluster, keepVolumes: false }, clients);
    const found = await Promise.all(
      all.map(async (kind) =>
        (await kind.find()).map((one) => ({ kind: kind.name, one, command: kind.command(one) })),
      ),
    );
    const left = found.flat();
    const kept = left.filter(({ kind }) => kind === 'volume' && settings.dataOnDestroy === 'keep');
    const problems = left
      .filter((one) => !kept.includes(one))
      .map(
        ({ kind, one, command }) =>
          `${kind} ${one.name} is left; fix: ${command} --region ${settings.region}`,
      );
    if (problems.length === 0 && kept.length > 0) {
      return good(
        `nothing but ${kept.length} volumes, kept as dataOnDestroy says; they go with: ` +
          kept.map(({ command }) => `${command} --region ${settings.region}`).join('; '),
      );
    }
    return judge(problems, `nothing in ${settings.region} carries the tags of cluster ${names.cluster}`);
  },
};
