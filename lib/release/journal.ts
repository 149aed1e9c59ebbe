import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { contract } from '../contract';
import { evenWhenInterrupted, interrupted } from '../process/interrupt';
import { identify, isAlive, processNamespace, type ProcessId } from '../process/process-id';
import type { Cluster } from '../targets/target';
import { messageOf, UserError } from '../terminal/user-error';

/** One release, as it is remembered. Times are ISO 8601. */
export interface ReleaseRecord {
  readonly id: string;
  readonly kind: 'release' | 'rollback';
  readonly image: string;
  /** What ran before, and is gone back to. */
  readonly previous: string;
  /** The commit the image was built from, where whoever released it said so. */
  readonly commit?: string;
  readonly by: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /**
   * `rolling` and `reverting` are under way, or were when they were interrupted. `failed` is what a person must look
   * at: neither image runs everywhere. `overtaken`: it was interrupted, and something else changed the set since.
   */
  readonly outcome: 'rolling' | 'reverting' | 'released' | 'reverted' | 'failed' | 'overtaken';
  /** Why it was reverted or failed. */
  readonly reason?: string;
  /** How long users could reach a pod of an image that was reverted, in seconds; absent if they never could. */
  readonly exposedSeconds?: number;
}

/** Kept for ever would outgrow the object; what is older can no longer be rolled back to. */
const KEPT = 50;
const NAME = `${contract.name}-releases`;
const LEASE_SECONDS = 20;
const RENEW = 5000;

interface Holder {
  readonly id: string;
  readonly by: string;
  readonly renewed: string;
  /** Where `process` means something. */
  readonly where?: string | undefined;
  readonly process?: ProcessId | undefined;
}

interface Content {
  readonly version: string | undefined;
  readonly records: readonly ReleaseRecord[];
  readonly holder?: Holder | undefined;
}

/**
 * The history of releases and the lock on making one, in one ConfigMap beside the set: every write names the version
 * it has read (optimistic concurrency), so of two that begin at once one is refused. It is in the cluster since it
 * speaks of what the cluster runs, on a laptop as in an account, and needs no right outside the namespace.
 */
export class Journal {
  private content: Content = { version: undefined, records: [] };
  /** Set once somebody else holds the lock; what is done after that would be done twice. */
  private lost: UserError | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: Cluster,
    private readonly me: Omit<Holder, 'renewed'>,
  ) {}

  /** Every release that is remembered, oldest first. */
  static async read(cluster: Cluster): Promise<readonly ReleaseRecord[]> {
    return (await read(cluster)).records;
  }

  /**
   * Does `work` while nobody else releases. A holder that was killed loses its place: at once where it was a process
   * beside this one, else when it has not renewed its lock for a while.
   * @throws UserError somebody else is at work
   */
  static async whileHeld<T>(
    cluster: Cluster,
    by: string,
    waiting: (text: string) => void,
    work: (journal: Journal) => Promise<T>,
  ): Promise<T> {
    const journal = new Journal(cluster, {
      ...{ id: randomUUID(), by },
      ...{ where: processNamespace(), process: identify(process.pid) },
    });
    await journal.take(waiting);
    const timer = setInterval(() => {
      void journal.write((records) => records).catch(() => undefined);
    }, RENEW);
    try {
      return await work(journal);
    } finally {
      clearInterval(timer);
      await evenWhenInterrupted(() => journal.giveUp());
    }
  }

  get records(): readonly ReleaseRecord[] {
    return this.content.records;
  }

  /** Adds a record, or replaces the one of the same id. */
  async put(record: ReleaseRecord): Promise<void> {
    await this.write((records) => [...records.filter(({ id }) => id !== record.id), record].slice(-KEPT));
  }

  /** @throws UserError the lock was lost to somebody else */
  assertHeld(): void {
    if (this.lost) throw this.lost;
  }

  private async take(waiting: (text: string) => void): Promise<void> {
    this.content = await read(this.cluster);
    const seen = this.content.holder;
    if (seen && !hasEnded(seen)) {
      waiting(`${seen.by} holds the lock on releases; looking whether it still works`);
      const until = Date.now() + LEASE_SECONDS * 1000;
      while (Date.now() < until && this.content.holder) {
        await sleep(1000, undefined, { signal: interrupted() }).catch(() => undefined);
        interrupted().throwIfAborted();
        this.content = await read(this.cluster);
        const now = this.content.holder;
        if (now && (now.id !== seen.id || now.renewed !== seen.renewed)) throw busy(now);
      }
    }
    await this.write((records) => records);
    this.assertHeld();
  }

  private async giveUp(): Promise<void> {
    await this.writing;
    if (this.lost) return;
    await store(this.cluster, { ...this.content, holder: undefined }).catch(() => undefined);
  }

  /** One write after the other: each needs the version that the one before it made. */
  private write(change: (records: readonly ReleaseRecord[]) => readonly ReleaseRecord[]): Promise<void> {
    const next = this.writing.then(async () => {
      this.assertHeld();
      const holder = { ...this.me, renewed: new Date().toISOString() };
      // Changed when its turn comes, so that a renewal does not undo the record written just before it.
      const records = change(this.records);
      try {
        this.content = await store(this.cluster, { ...this.content, records, holder });
      } catch (error) {
        const now = await read(this.cluster).catch(() => undefined);
        if (now?.holder && now.holder.id !== this.me.id) {
          this.lost = busy(now.holder);
          throw this.lost;
        }
        // The write may have been made and its answer lost.
        if (!now || now.holder?.renewed !== holder.renewed) throw error;
        this.content = now;
      }
    });
    this.writing = next.catch(() => undefined);
    return next;
  }
}

/** Whether it was a process of this machine that is no more. */
function hasEnded({ where, process: holder }: Holder): boolean {
  return holder !== undefined && where !== undefined && where === processNamespace() && !isAlive(holder);
}

/** Who releases, for the history: the build in CodeBuild, else the person and the machine. */
export function releaser(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['CODEBUILD_BUILD_ID'] ?? `${userInfo().username}@${hostname()}`;
}

function busy({ by, renewed }: Holder): UserError {
  return new UserError(
    `another release is under way, by ${by}, which was last heard of at ${renewed}; wait for it, 'bin/berth releases' lists them`,
  );
}

async function read(cluster: Cluster): Promise<Content> {
  const json = await cluster.kubectl([
    ...['get', 'configmap', NAME, '--namespace', contract.name],
    ...['--ignore-not-found', '--output', 'json'],
  ]);
  if (json === '') return { version: undefined, records: [] };
  const { metadata, data } = JSON.parse(json) as {
    metadata: { resourceVersion: string };
    data?: Record<string, string>;
  };
  try {
    return {
      version: metadata.resourceVersion,
      records: JSON.parse(data?.['releases'] ?? '[]') as ReleaseRecord[],
      holder: data?.['holder'] === undefined ? undefined : (JSON.parse(data['holder']) as Holder),
    };
  } catch (error) {
    throw new UserError(
      `ConfigMap ${NAME} cannot be read: ${messageOf(error)}\n  fix: mend it, or delete it, which forgets the history of releases`,
    );
  }
}

async function store(cluster: Cluster, content: Content): Promise<Content> {
  const { version, records, holder } = content;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: NAME,
      namespace: contract.name,
      labels: { 'app.kubernetes.io/part-of': contract.name },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    data: {
      releases: JSON.stringify(records, null, 1),
      ...(holder === undefined ? {} : { holder: JSON.stringify(holder) }),
    },
  };
  const made = await cluster.kubectl(
    // To validate what was written here, kubectl would read the API's whole description first, each time.
    [version === undefined ? 'create' : 'replace', '--validate=false', '--filename', '-', '--output', 'json'],
    { input: JSON.stringify(object) },
  );
  const { metadata } = JSON.parse(made) as { metadata: { resourceVersion: string } };
  return { version: metadata.resourceVersion, records, holder };
}
