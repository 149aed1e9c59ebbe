import { contract } from '../contract';
import { CommandFailed } from '../process/run';
import type { Target } from '../target/target';
import { UserError } from '../terminal/user-error';

const set = `statefulset/${contract.name}`;
const inNamespace = ['--namespace', contract.name];

/**
 * Waits until every pod runs the newest revision and is ready.
 * @throws UserError with what the pods themselves say: the reason a container waits or ended, and its last log line
 */
export async function waitForRollout(
  target: Target,
  seconds: number,
  detail: (text: string) => void,
): Promise<void> {
  try {
    await target.kubectl(['rollout', 'status', set, ...inNamespace, `--timeout=${seconds}s`], {
      onLine: detail,
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new UserError(`the pods did not become ready within ${seconds} s\n${await explain(target)}`, {
      cause: error,
    });
  }
}

/** Rolls every pod: the same revision anew, as a changed image or node drain would. */
export async function restart(target: Target): Promise<void> {
  await target.kubectl(['rollout', 'restart', set, ...inNamespace]);
}

/** Names of the pods with when they were made: a pod that was rolled has the same name and another time. */
export async function podIdentities(target: Target): Promise<Map<string, string>> {
  const list = await pods(target);
  return new Map(list.map((pod) => [pod.metadata.name, pod.metadata.uid]));
}

/** The parts of a Pod that commands show. */
export interface PodView {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly reason?: string; readonly exitCode: number };
      };
    }[];
  };
}

export async function pods(target: Target): Promise<PodView[]> {
  const labels = Object.entries(contract.labels).map(([name, value]) => `${name}=${value}`);
  const json = await target.kubectl([
    'get',
    'pods',
    ...inNamespace,
    '--selector',
    labels.join(','),
    '--output',
    'json',
  ]);
  return (JSON.parse(json) as { items: PodView[] }).items;
}

async function explain(target: Target): Promise<string> {
  const lines: string[] = [];
  for (const pod of await pods(target)) {
    if (isReady(pod)) continue;
    const status = pod.status.containerStatuses?.[0];
    const unscheduled = pod.status.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
    const reason =
      status?.state.waiting?.message ??
      status?.state.waiting?.reason ??
      status?.state.terminated?.reason ??
      unscheduled?.message ??
      'not ready';
    const log = await target.kubectl(['logs', pod.metadata.name, ...inNamespace, '--tail=1']).catch(() => '');
    lines.push(`  ${pod.metadata.name}: ${reason}${log ? `\n    last log line: ${log}` : ''}`);
  }
  lines.push(`  more: ${target.kubectlHint} --namespace ${contract.name} describe pods`);
  return lines.join('\n');
}

export function isReady(pod: PodView): boolean {
  return pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}
