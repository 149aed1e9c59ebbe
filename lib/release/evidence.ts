import { contract } from '../contract';
import { reasonOf, type PodView } from '../deploy/pods';
import type { Cluster } from '../targets/target';

/** How much of each is told. */
const LOG_LINES = 5;
const EVENTS = 4;

interface EventView {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/**
 * Why a pod does not do what it should, in the words of those who know: its state, the last lines it printed (also
 * those of a container that ended before), and what the kubelet and the scheduler warned of. Read before the pod is
 * deleted, as all of it goes with it.
 */
export async function evidenceOf(cluster: Cluster, pod: PodView): Promise<string> {
  const [log, warnings] = await Promise.all([lastWords(cluster, pod), warningsOf(cluster, pod)]);
  return [
    `  state: ${stateOf(pod)}`,
    ...section('its last log lines', log),
    ...section('events', warnings),
  ].join('\n');
}

function stateOf(pod: PodView): string {
  const container = pod.status.containerStatuses?.[0];
  const ended = container?.lastState?.terminated ?? container?.state.terminated;
  const exit = ended ? `, container ended with status ${ended.exitCode}` : '';
  const restarts = container?.restartCount ? `, ${container.restartCount} restarts` : '';
  return `${reasonOf(pod)}${exit}${restarts}`;
}

async function lastWords(cluster: Cluster, pod: PodView): Promise<string[]> {
  const logs = ['logs', pod.metadata.name, '--namespace', contract.name, `--tail=${LOG_LINES}`];
  const now = await cluster.kubectl(logs).catch(() => '');
  // A container that ended at once said why in its previous life.
  const said = now.trim() || (await cluster.kubectl([...logs, '--previous']).catch(() => ''));
  return said.split('\n').filter((line) => line.trim() !== '');
}

async function warningsOf(cluster: Cluster, pod: PodView): Promise<string[]> {
  const json = await cluster
    .kubectl([
      ...['get', 'events', '--namespace', contract.name, '--output', 'json'],
      ...['--field-selector', `involvedObject.uid=${pod.metadata.uid},type=Warning`],
    ])
    .catch(() => '{"items":[]}');
  const { items } = JSON.parse(json) as { items: EventView[] };
  const time = (event: EventView) => event.lastTimestamp ?? event.eventTime ?? '';
  const told = items
    .sort((a, b) => time(a).localeCompare(time(b)))
    .map(({ reason, message, count }) => {
      const times = count && count > 1 ? ` (${count} times)` : '';
      return `${reason ?? 'Warning'}: ${(message ?? '').trim().split('\n')[0] ?? ''}${times}`;
    });
  return [...new Set(told)].slice(-EVENTS);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${line.slice(0, 300)}`)];
}
