import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pods, withPods } from '../deploy/pods';
import { carryOut, RUN_UP, untilWhole, type Course, type Plan } from '../drill/drill';
import { everyStep, FAULTS, nameOf, obstacle, stepsNamed, type Step } from '../drill/faults/catalog';
import { judge } from '../drill/judge';
import { chart } from '../drill/report/chart';
import { page } from '../drill/report/page';
import { series } from '../drill/report/series';
import { table } from '../drill/report/table';
import { readRequests } from '../drill/requests';
import { faultResults, type DrillResult } from '../drill/result';
import { LONGEST_QUIET, schedule } from '../drill/schedule';
import { buildWorkload, checkHistory, startLoad, type Pulse } from '../drill/workload';
import { buildImage } from '../image/build';
import { projectVersion } from '../image/source';
import { changingPods } from '../installation/changing-pods';
import { installationDirectory, tokenFile } from '../installation/installation';
import { findLocal } from '../local/cluster';
import { NODE_GRACE_SECONDS } from '../local/control-plane';
import type { Profile } from '../manifests/profile';
import { minikubeProfile } from '../manifests/profiles/minikube';
import { evenWhenInterrupted } from '../process/interrupt';
import { succeeds } from '../process/run';
import { assertNoReleaseUnderWay } from '../release/under-way';
import { installMissing } from '../requirements/install';
import type { Requirement } from '../requirements/requirement';
import type { Target } from '../targets/target';
import { terminalProgress, type Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { installed, type Installed } from './installed';
import { print, printJson } from './output';
import { mustNameFile } from './place-to-write';

export interface DrillOptions {
  /** Names of faults; all of them when absent. */
  readonly fault?: readonly string[];
  /** How long faults are chosen at random. Default not: each comes once, in order. */
  readonly minutes?: number;
  readonly seed: number;
  readonly clients: number;
  /** Requests a second at the most. Default RATE, or less for so long a drill that it would be too many in all. */
  readonly rate?: number;
  /** How long nothing is done at first, in seconds, to compare with. */
  readonly undisturbed: number;
  readonly list?: boolean;
  readonly json?: boolean;
  /** File of the report. Default in the directory of the installation. */
  readonly report?: string;
}

/** How long all is quiet between faults that come in order, in seconds. */
const QUIET_SECONDS = 3;
/** From a node that counts as lost to the last to hear of it, in seconds. */
const NODE_NOTICE_SECONDS = 4;
/** More than a laptop's clients make, which then ask as fast as they are answered; a limit for larger machines. */
const RATE = 2000;
/** The load ends by itself after so many requests: the history of all is held in memory when it is checked. */
const MOST_REQUESTS = 4_000_000;
/** The last fault, which begins within the time, and what it takes to be over; in seconds. */
const LAST_FAULT_SECONDS = 120;

/**
 * Makes things go wrong while many clients read and write through the Ingress, and judges what they saw.
 * Exit status 1 when anything acknowledged is lost, anything read is stale, a request failed that no fault excuses,
 * the store did not come back by itself, or no fault was made under load.
 */
export async function drill(options: DrillOptions): Promise<number> {
  // Bad input is told before anything is looked at.
  const chosen = options.fault ? stepsNamed(options.fault) : everyStep(FAULTS);
  leavesTimeForFaults(options);
  const rate = rateOf(options);
  if (options.report !== undefined) mustNameFile('--report', options.report);
  if (options.list) {
    print(listOfFaults());
    return 0;
  }
  const progress = terminalProgress();
  const where = await installed();
  await assertNoReleaseUnderWay(where.target);
  const steps = possible(chosen, where.target, options, progress);
  await installMissing(await requirements(steps), progress);
  const result = await changingPods(checkout, () =>
    carryOutAndJudge(where, steps, { ...options, rate }, progress),
  );
  if (options.json) printJson(result);
  else print(`\n${table(result)}\nreport: ${result.report}`);
  return result.good ? 0 : 1;
}

async function carryOutAndJudge(
  where: Installed,
  steps: readonly Step[],
  options: DrillOptions & { readonly rate: number },
  progress: Progress,
): Promise<DrillResult> {
  const { target, installation } = where;
  const count = await membersThatAreThere(target);
  const directory = join(installationDirectory(checkout), 'drill');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const program = await progress.step('Building the clients', () => buildWorkload(directory));
  const way = {
    frontDoor: await target.frontDoor(),
    host: installation.host,
    token: readFileSync(tokenFile(checkout), 'utf8').trim(),
    requestHeader: target.ingressController?.log?.requestHeader,
  };
  const plan: Plan = {
    target,
    way,
    cluster: target.name === 'local' ? await findLocal(checkout) : undefined,
    images: { now: installation.image, other: await otherImage(where, steps, progress) },
    undisturbed: options.undisturbed,
    foundOut: foundOut(target, minikubeProfile({ ...installation, replicas: count })),
    ...order(steps, options),
  };
  const history = join(directory, 'history.ndjson');
  let pulse: Pulse = { requests: 0, failed: 0 };
  const { clients, rate, seed } = options;
  const run = randomBytes(3).toString('hex');
  const load = startLoad(
    program,
    history,
    way,
    { run, clients, rate, mostRequests: MOST_REQUESTS, seed },
    (now) => {
      pulse = now;
    },
  );
  let course: Course;
  try {
    course = await carryOut(plan, load, () => pulse, progress);
  } finally {
    await evenWhenInterrupted(() => progress.step('Looking everything up', () => load.end()));
  }
  const ended = Date.now();
  const verdict = await progress.step('Checking what the clients were answered', (detail) =>
    checkHistory(program, history, directory, detail),
  );
  return progress.step('Writing the report', async (detail) => {
    const { started, requests } = await readRequests(history, course.unanswered);
    const judgement = judge({ ...course, requests, started, verdict, foundOut: plan.foundOut });
    const report = resolve(options.report ?? join(directory, 'report.html'));
    const result: DrillResult = {
      good: judgement.good,
      target: target.name,
      members: count,
      clients,
      seed,
      started,
      ended,
      requests: judgement.requests,
      failed: judgement.failed,
      acknowledged: verdict.acknowledged,
      lost: verdict.lost,
      anomalies: verdict.anomalies,
      undecided: verdict.undecided,
      lookedUp: verdict.lookedUp,
      between: judgement.between.length,
      baseline: judgement.baseline,
      faults: faultResults(judgement),
      leaders: course.leaders,
      report,
      history,
    };
    writeFileSync(report, page(result, await chart(result, series(requests, started, ended))));
    detail(report);
    return result;
  });
}

/** @throws UserError the time would be over before the first fault */
function leavesTimeForFaults({ minutes, undisturbed }: DrillOptions): void {
  if (minutes === undefined) return;
  const most = minutes * 60 - RUN_UP / 1000 - LONGEST_QUIET;
  if (undisturbed < most) return;
  throw new UserError(
    `--undisturbed ${undisturbed} leaves no time for faults within --minutes ${minutes}; ` +
      `allowed: less than ${most} seconds, or more minutes`,
    { exitCode: 2 },
  );
}

/**
 * Requests a second at the most, so that the load lasts as long as the faults do.
 * @throws UserError they could be more in all than are made
 */
function rateOf({ rate, minutes, undisturbed }: DrillOptions): number {
  if (minutes === undefined) return rate ?? RATE;
  const most = Math.floor(MOST_REQUESTS / (undisturbed + minutes * 60 + LAST_FAULT_SECONDS));
  if (rate !== undefined && rate > most) {
    throw new UserError(
      `--rate ${rate} for --minutes ${minutes} could be more than ${MOST_REQUESTS} requests; ` +
        `allowed: a --rate of at most ${most}, or fewer minutes`,
      { exitCode: 2 },
    );
  }
  return Math.min(rate ?? RATE, most);
}

/** How long a pod that does not answer may still be sent requests: as the profile has it, or as a lost node takes. */
function foundOut(target: Target, { detectionSeconds }: Profile): number {
  const node = NODE_GRACE_SECONDS + NODE_NOTICE_SECONDS;
  return target.name === 'local' ? Math.max(detectionSeconds, node) : detectionSeconds;
}

/** What is done, in which order: each of the steps once, or at random until the time is over. */
function order(steps: readonly Step[], { minutes, seed }: DrillOptions): Pick<Plan, 'steps' | 'deadline'> {
  if (minutes === undefined) return { steps: steps.map((step) => ({ ...step, quiet: QUIET_SECONDS })) };
  const faults = [...new Set(steps.map(({ fault }) => fault))];
  return { steps: schedule(seed, faults), deadline: Date.now() + minutes * 60_000 };
}

/** Leaves out what cannot be done on this target, unless it was asked for by name. */
function possible(
  steps: readonly Step[],
  target: Target,
  { fault }: DrillOptions,
  progress: Progress,
): readonly Step[] {
  const obstacles = new Set(
    steps.map((step) => obstacle(step.fault, target)).filter((one) => one !== undefined),
  );
  if (fault && obstacles.size > 0) {
    throw new UserError(`${[...obstacles].join('; ')}; install with: bin/berth up --on local`, {
      exitCode: 2,
    });
  }
  for (const one of obstacles) progress.note(`Left out: ${one}.`);
  return steps.filter((step) => obstacle(step.fault, target) === undefined);
}

async function requirements(steps: readonly Step[]): Promise<Requirement[]> {
  const go = {
    name: 'go',
    found: await succeeds('go', ['version']),
    why: 'compiles the clients; get it from https://go.dev/dl/',
  };
  const needs = (name: string) => steps.some(({ fault }) => fault.name === name);
  return [
    go,
    ...(needs('fail-fsync')
      ? [
          {
            name: 'strace',
            found: await succeeds('strace', ['--version']),
            why: 'lets fsync fail',
            debianPackage: 'strace',
          },
        ]
      : []),
    ...(needs('fill-disk')
      ? [
          {
            name: 'mkfs.ext4',
            found: await succeeds('mkfs.ext4', ['-V']),
            why: 'makes the disk that is filled',
            debianPackage: 'e2fsprogs',
          },
        ]
      : []),
  ];
}

/** @throws UserError there are too few for one to be away, or they are not all well before anything was done */
async function membersThatAreThere(target: Target): Promise<number> {
  const { length } = await pods(target);
  if (length < 3) {
    throw new UserError(
      `a drill takes one of several members away, and there ${length === 1 ? 'is 1' : `are ${length}`}; allowed: 3 or 5; grow it with: bin/berth up --replicas 3`,
      { exitCode: 2 },
    );
  }
  await withPods(target, (all) => untilWhole(target, all, length));
  return length;
}

/** The same server under another version: an image of another digest. */
async function otherImage(
  { target }: Installed,
  steps: readonly Step[],
  progress: Progress,
): Promise<string | undefined> {
  if (!steps.some(({ fault }) => fault.name === 'new-image')) return undefined;
  const image = await buildImage({ checkout, progress, version: `${projectVersion(checkout)}-drill` });
  await progress.step(`Loading a second image into ${target.name}`, async () =>
    target.loadImage?.(image.archive, image.reference),
  );
  return image.reference;
}

function listOfFaults(): string {
  const rows = everyStep(FAULTS).map((step) => [nameOf(step), step.fault.title, step.fault.needs] as const);
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(([name, title, needs]) => {
      const local = needs === 'any cluster' ? '' : `  needs ${needs}`;
      return `${name.padEnd(width(0))}  ${title.padEnd(width(1))}${local}`.trimEnd();
    })
    .join('\n');
}
