import { isDeepStrictEqual } from 'node:util';
import { ItemClient, type Item } from '../client/item-client';
import { contract } from '../contract';
import { pods } from '../deploy/pods';
import { waitForRollout } from '../deploy/rollout';
import { waitFor } from '../process/wait';
import { compare } from '../proof/compare';
import { sampleData } from '../proof/sample-data';
import { localTarget } from '../targets/local-target';
import type { Target } from '../targets/target';
import { UserError } from '../terminal/user-error';
import type { Stage } from './stage';

/** Each pod in turn drains for as long as the load balancer takes, three of them. */
const ROLL_SECONDS = 600;

/** A pod as it is told from its successor, and from itself after a restart of its container. */
export interface RunningPod {
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  readonly restarts: number;
}

/** The server of the rehearsed account, as its users and those on call see it. */
export class RehearsedServer {
  private readonly target: Target;

  constructor(
    private readonly stage: Stage,
    /** A token that `/v1` accepts. */
    private readonly token: string,
  ) {
    this.target = localTarget(stage.workspace.directory);
  }

  async untilRolledOut(detail: (text: string) => void): Promise<RunningPod[]> {
    await waitForRollout(this.target, ROLL_SECONDS, detail);
    return this.running();
  }

  async running(): Promise<RunningPod[]> {
    return (await pods(this.target))
      .map((pod) => ({
        name: pod.metadata.name,
        uid: pod.metadata.uid,
        image: pod.spec.containers[0]?.image ?? '',
        restarts: pod.status.containerStatuses?.[0]?.restartCount ?? 0,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Writes the sample data through the Ingress; every item that is then in the store. */
  async write(host: string): Promise<Item[]> {
    return this.asClient(host, async (client) => {
      const data = [...sampleData()];
      await Promise.all(data.map(([id, document]) => client.put(id, document, { create: true })));
      const items = await client.list();
      const stored = new Map(items.map(({ id, document }) => [id, document]));
      const wrong = data.filter(([id, document]) => !isDeepStrictEqual(stored.get(id), document));
      if (wrong.length > 0)
        throw new UserError(`written and not read back: ${wrong.map(([id]) => id).join(', ')}`);
      return items;
    });
  }

  /** How many items are as they were. @throws UserError one is not */
  async assertKept(host: string, before: readonly Item[]): Promise<number> {
    const after = await this.asClient(host, (client) => client.list());
    const { kept, missing, different } = compare(before, after);
    if (missing.length + different.length > 0) {
      throw new UserError(`items lost: ${missing.join(', ')}; items changed: ${different.join(', ')}`);
    }
    return kept;
  }

  /** What `kubectl` prints on the rehearsal's cluster. */
  kubectl(args: readonly string[]): Promise<string> {
    return this.target.kubectl([...args, '--namespace', contract.name]);
  }

  private async asClient<T>(host: string, work: (client: ItemClient) => Promise<T>): Promise<T> {
    const client = new ItemClient(this.stage.cluster.frontDoor, host, this.token);
    try {
      await waitFor('an answer through the Ingress', async () => (await client.ready()) || undefined, {
        seconds: 60,
      });
      return await work(client);
    } finally {
      await client.close();
    }
  }
}
