import { contract } from '../contract';
import { selectorText } from '../manifests/labels';
import type { Target } from '../targets/target';
import { UserError } from '../terminal/user-error';

/**
 * How many replicas to apply: those asked for, else as many as there are, else one.
 * @throws UserError fewer than there are: pods that go are still members, and those that stay would lose their quorum
 */
export async function replicasToRun(target: Target, wanted: number | undefined): Promise<number> {
  const current = await currentReplicas(target);
  if (wanted !== undefined && current !== undefined && wanted < current) {
    throw new UserError(
      `--replicas ${wanted} is fewer than the ${current} there are, and pods that go would still be members of the ` +
        `store; allowed: ${current} or more; lower it with: bin/berth scale ${wanted}`,
      { exitCode: 2 },
    );
  }
  return wanted ?? current ?? 1;
}

/** As many as the set has; where there is no set any more, as many as volumes were kept of it. */
async function currentReplicas(target: Target): Promise<number | undefined> {
  const set = await target.kubectl([
    ...['get', 'statefulset', contract.name, '--namespace', contract.name],
    ...['--ignore-not-found', '--output', 'jsonpath={.spec.replicas}'],
  ]);
  if (set !== '') return Number(set);
  const claims = await target.kubectl([
    ...['get', 'persistentvolumeclaims', '--namespace', contract.name],
    ...['--selector', selectorText, '--output', 'name'],
  ]);
  if (claims === '') return undefined;
  // Volumes of members that left may be among them, or not: rather too many, which costs nothing, than too few.
  const count = claims.split('\n').length;
  return contract.replicas.find((allowed) => allowed >= count) ?? count;
}
