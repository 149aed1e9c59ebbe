import { contract } from '../contract';
import type { Target } from '../targets/target';
import { UserError } from '../terminal/user-error';

/**
 * How many replicas to apply: those asked for, else as many as there are, else one.
 * @throws UserError fewer than there are: pods that go are still members, and those that stay would lose their quorum
 */
export async function replicasToRun(target: Target, wanted: number | undefined): Promise<number> {
  const found = await target.kubectl([
    ...['get', 'statefulset', contract.name, '--namespace', contract.name],
    ...['--ignore-not-found', '--output', 'jsonpath={.spec.replicas}'],
  ]);
  const current = found === '' ? undefined : Number(found);
  if (wanted !== undefined && current !== undefined && wanted < current) {
    throw new UserError(
      `--replicas ${wanted} is fewer than the ${current} that run; allowed: ${current} or more, ` +
        'as members must leave the store before their pods go, which is not built yet',
      { exitCode: 2 },
    );
  }
  return wanted ?? current ?? 1;
}
