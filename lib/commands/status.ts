import { contract } from '../contract';
import { isReady, pods } from '../deploy/pods';
import { readInstallation, tokenFile } from '../installation/installation';
import { chooseTarget } from '../targets/choose';
import { messageOf } from '../terminal/user-error';
import { checkout } from './checkout';
import { withClient } from './installed';
import { print, printJson } from './output';
import { serviceUrl } from './service-url';

interface Status {
  readonly installed: boolean;
  readonly target?: string;
  readonly image?: string;
  readonly url?: string;
  readonly pods?: readonly {
    readonly name: string;
    readonly node: string;
    readonly image: string;
    readonly ready: boolean;
    readonly restarts: number;
  }[];
  /** Whether the server answers through the Ingress that it is ready. */
  readonly ready: boolean;
  /** Why the cluster or the server could not be asked. */
  readonly problem?: string;
}

/** Shows what `up` made and how it does; exit status 0 only when the server answers that it is ready. */
export async function status(options: { readonly json?: boolean }): Promise<number> {
  const found = await look();
  if (options.json) printJson(found);
  else print(describe(found));
  return found.ready ? 0 : 1;
}

async function look(): Promise<Status> {
  const installation = readInstallation(checkout);
  if (!installation)
    return { installed: false, ready: false, problem: "nothing is installed; 'bin/berth up' installs it" };
  const base = { installed: true, target: installation.target, image: installation.image };
  try {
    const target = await chooseTarget({ on: installation.target, checkout });
    const list = await pods(target);
    const ready = await withClient({ installation, target }, (client) => client.ready());
    return {
      ...base,
      url: serviceUrl(installation.host, await target.frontDoor()),
      pods: list.map((pod) => ({
        name: pod.metadata.name,
        node: pod.spec.nodeName ?? '(none yet)',
        image: pod.spec.containers[0]?.image ?? '',
        ready: isReady(pod),
        restarts: pod.status.containerStatuses?.[0]?.restartCount ?? 0,
      })),
      ready,
    };
  } catch (error) {
    return { ...base, ready: false, problem: messageOf(error) };
  }
}

function describe(found: Status): string {
  if (!found.installed) return found.problem ?? '';
  return [
    `target  ${found.target ?? ''}`,
    `image   ${found.image ?? ''}`,
    ...(found.url === undefined
      ? []
      : [`url     ${found.url}${contract.paths.items}`, `token   ${tokenFile(checkout)}`]),
    ...(found.pods ?? []).map(
      (pod) =>
        `pod     ${pod.name} on ${pod.node}, ${pod.ready ? 'ready' : 'not ready'}, ${pod.restarts} restarts`,
    ),
    `ready   ${found.ready ? 'yes' : 'no'}${found.problem === undefined ? '' : `: ${found.problem}`}`,
  ].join('\n');
}
