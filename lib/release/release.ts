import { randomUUID } from 'node:crypto';
import type { ItemClient } from '../client/item-client';
import { interrupted, Interrupted } from '../process/interrupt';
import { contract } from '../contract';
import type { Cluster } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { messageOf, UserError } from '../terminal/user-error';
import type { ImageDeclaration } from './declaration';
import { BadPod } from './follow-pod';
import { Journal, type ReleaseRecord } from './journal';
import type { Credentials } from './pod-port';
import { preflight } from './preflight';
import { rollPods } from './roll-pods';
import { askService, someItems } from './service-check';
import { holdBelow, imageOf, NOTHING_HELD, observedSet, readSet } from './stateful-set';
import { takeBack } from './take-back';

/** Where a release is made: the cluster, the owner of its set's template, and the service as its users reach it. */
export interface ReleasePlace {
  readonly cluster: Cluster;
  readonly declaration: ImageDeclaration;
  readonly credentials: Credentials;
  /** Through the front door. */
  readonly service: ItemClient;
  /** Why the nodes could not pull the image, where that can be asked beforehand. */
  readonly obstacleToPulling?: (image: string) => Promise<string | undefined>;
  /** Sees that the image does not expire where it is pulled from, where images do. */
  readonly keep?: (image: string) => Promise<void>;
}

export interface ReleaseRequest {
  readonly kind: ReleaseRecord['kind'];
  /** Absent to go on with the release that was interrupted, whatever its image. */
  readonly image?: string | undefined;
  readonly commit?: string | undefined;
  readonly by: string;
  /** Seconds each new pod has until it is ready and answers rightly. */
  readonly podSeconds: number;
}

export interface ReleaseResult {
  /** Undefined when the image ran already. */
  readonly record: ReleaseRecord | undefined;
}

/** A release that was taken back: the service runs what it ran before. */
export class Reverted extends UserError {
  constructor(readonly record: ReleaseRecord) {
    const { image, previous, reason, exposedSeconds } = record;
    const exposure =
      exposedSeconds === undefined
        ? 'no request reached the bad pod'
        : `one pod of the bad image was in service for ${exposedSeconds.toFixed(1)} s`;
    super(
      `${image} was not released: ${reason ?? 'it was interrupted'}\n` +
        `  reverted: every pod is ready on ${previous}; ${exposure}`,
    );
    this.name = 'Reverted';
  }
}

/**
 * Brings an image to every pod, or leaves every pod on the image before.
 *
 * The set's template is changed through its one owner while all pods are held back; then they follow it one after
 * the other, each asked directly before the next one goes. Interrupted anywhere, a second call finds the record of
 * the first and goes on, or takes back what stands in its way.
 * @throws Reverted the image is not good enough
 * @throws UserError nothing was begun, as the set is not at rest or somebody else releases; or the way back failed
 */
export async function release(
  place: ReleasePlace,
  request: ReleaseRequest,
  progress: Progress,
): Promise<ReleaseResult> {
  const waiting = (text: string) => {
    progress.note(text);
  };
  return Journal.whileHeld(place.cluster, request.by, waiting, async (journal) => {
    try {
      const pending = await settlePending(place, journal, request, progress);
      const record = pending ?? (await begin(place, journal, request, progress));
      return { record: record && (await carryOut(place, journal, record, request, progress)) };
    } catch (error) {
      const left = error instanceof Interrupted ? pendingOf(journal.records) : undefined;
      if (left) progress.note(`Pods are held as they are. ${waysOn(left)}`);
      throw error;
    }
  });
}

/**
 * Settles what an earlier release left undone: one of the same image is gone on with, any other is taken back first.
 * @returns the record to go on with
 */
async function settlePending(
  place: ReleasePlace,
  journal: Journal,
  request: ReleaseRequest,
  progress: Progress,
): Promise<ReleaseRecord | undefined> {
  const pending = pendingOf(journal.records);
  if (!pending) return undefined;
  const set = await readSet(place.cluster);
  if (set && ![pending.image, pending.previous].includes(imageOf(set))) {
    progress.note(`The release of ${pending.image} was overtaken: the set has another image by now.`);
    await journal.put(end(pending, 'overtaken'));
    return undefined;
  }
  const same = request.kind === pending.kind && (request.image ?? pending.image) === pending.image;
  if (pending.outcome === 'rolling' && same) {
    progress.note(`Going on with the ${pending.kind} of ${pending.image}, begun ${pending.startedAt}.`);
    return pending;
  }
  progress.note(`The ${pending.kind} of ${pending.image}, begun ${pending.startedAt}, is taken back first.`);
  const record = await revert(place, journal, pending, undefined, progress);
  // Whoever asks for the same again hears why it failed; to go back is what a rollback was asked for.
  if (same) throw new Reverted(record);
  return undefined;
}

/** @returns undefined when the image runs already */
async function begin(
  { cluster, declaration, service, obstacleToPulling, keep }: ReleasePlace,
  journal: Journal,
  { kind, image, commit, by }: ReleaseRequest,
  progress: Progress,
): Promise<ReleaseRecord | undefined> {
  if (image === undefined) {
    throw new UserError('no release was interrupted; name the image to release: REPOSITORY@sha256:DIGEST', {
      exitCode: 2,
    });
  }
  return progress.step('Looking whether a release may begin', async (detail) => {
    const before = await preflight(cluster, declaration);
    if (before.image === image) {
      detail('this image runs already');
      return undefined;
    }
    await askService(service, []);
    const obstacle = await obstacleToPulling?.(image);
    if (obstacle !== undefined) throw new UserError(`${image} cannot be released: ${obstacle}`);
    // Before anything runs it; and what runs now, as a release that knew nothing of this may have brought it.
    for (const one of [before.image, image]) await keep?.(one);
    const record: ReleaseRecord = {
      id: randomUUID(),
      kind,
      image,
      previous: before.image,
      ...(commit === undefined ? {} : { commit }),
      by,
      startedAt: new Date().toISOString(),
      outcome: 'rolling',
    };
    await journal.put(record);
    detail(`${before.set.spec.replicas} of ${before.set.spec.replicas} pods ready`);
    return record;
  });
}

async function carryOut(
  place: ReleasePlace,
  journal: Journal,
  record: ReleaseRecord,
  { podSeconds }: ReleaseRequest,
  progress: Progress,
): Promise<ReleaseRecord> {
  const { cluster, declaration, service, credentials } = place;
  try {
    const known = await someItems(service);
    const { spec } = await observedSet(cluster);
    await progress.step(`Declaring the image in ${declaration.name}`, async (detail) => {
      await holdBelow(cluster, spec.replicas);
      await declaration.declare(record.image, detail);
    });
    const settleSeconds = spec.minReadySeconds ?? 0;
    await rollPods({ cluster, credentials, service, known, podSeconds, settleSeconds, journal }, progress);
    await progress.step('Asking the service through its front door', () => askService(service, known));
    const done = end(record, 'released');
    await journal.put(done);
    return done;
  } catch (error) {
    // An interrupted release stays as it is, held; the next call goes on with it.
    interrupted().throwIfAborted();
    journal.assertHeld();
    const bad = error instanceof BadPod ? error : undefined;
    const because = { ...record, reason: messageOf(error) };
    throw new Reverted(await revert(place, journal, because, bad, progress));
  }
}

async function revert(
  { cluster, declaration, service }: ReleasePlace,
  journal: Journal,
  record: ReleaseRecord,
  bad: BadPod | undefined,
  progress: Progress,
): Promise<ReleaseRecord> {
  const reverting: ReleaseRecord = { ...record, outcome: 'reverting' };
  if (record.reason !== undefined) progress.note(`${record.reason}\nGoing back to ${record.previous}`);
  try {
    const exposed = await takeBack(cluster, declaration, record.previous, bad, progress, () =>
      journal.put(reverting),
    );
    await askService(service, []);
    const seconds = exposed === undefined ? {} : { exposedSeconds: exposed / 1000 };
    const done = { ...end(reverting, 'reverted'), ...seconds };
    await journal.put(done);
    return done;
  } catch (error) {
    interrupted().throwIfAborted();
    journal.assertHeld();
    await journal.put(end(reverting, 'failed'));
    throw new UserError(
      [
        `${record.image} was not released: ${record.reason ?? 'it was interrupted'}`,
        `and ${record.previous} could not be brought back: ${messageOf(error)}`,
        `  look: ${cluster.kubectlHint} --namespace ${contract.name} describe pods`,
        '  then the same command goes on from here; or, to let every pod follow what is declared now, unasked:',
        `  ${cluster.kubectlHint} --namespace ${contract.name} patch statefulset ${contract.name} --type merge --patch '${NOTHING_HELD}'`,
      ].join('\n'),
      { cause: error },
    );
  }
}

/** What can be done about a release that is half done. */
export function waysOn({ kind }: ReleaseRecord): string {
  return `'bin/berth ${kind}' goes on with it${kind === 'release' ? ", 'bin/berth rollback' takes it back" : ''}`;
}

/** The release that is under way, or was when it was interrupted, or could not be taken back. */
export function pendingOf(records: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return records.findLast(({ outcome }) => ['rolling', 'reverting', 'failed'].includes(outcome));
}

function end(record: ReleaseRecord, outcome: ReleaseRecord['outcome']): ReleaseRecord {
  return { ...record, outcome, endedAt: new Date().toISOString() };
}
