import { once } from 'node:events';
import { checkRequirements } from '../checks/requirements';
import { readSettings } from '../config/read-settings';
import { imageRequirements } from '../image/requirements';
import { localRequirements } from '../local/requirements';
import { interrupted } from '../process/interrupt';
import { firstSettings, rehearse as play, type Rehearsal } from '../rehearsal/rehearse';
import type { Stage } from '../rehearsal/stage';
import { installMissing } from '../requirements/install';
import { terminalProgress, type Progress } from '../terminal/progress';
import { messageOf } from '../terminal/user-error';
import { checkout } from './checkout';
import { contextOfCdkJson, parseContext } from './context';
import { print, printJson } from './output';

export interface RehearseCommandOptions {
  /** Settings as `-c name=value`, as the CDK takes them. */
  readonly context?: readonly string[];
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** Plays what happens in an AWS account, without one. */
export async function rehearse(options: RehearseCommandOptions): Promise<number> {
  const progress = terminalProgress();
  const settings = parseContext(options.context ?? []);
  // Bad ones are told before anything is installed; the app reads them by itself, minutes later.
  readSettings({ ...contextOfCdkJson(), ...firstSettings(settings) });
  await installMissing(
    [...(await checkRequirements()), ...(await imageRequirements()), ...(await localRequirements())],
    progress,
  );
  const rehearsal = await play({
    checkout,
    settings,
    progress,
    ...(options.keep ? { keep: (stage, failure) => untilInterrupted(stage, failure, progress) } : {}),
  });
  if (options.json) printJson(rehearsal);
  else print(describe(rehearsal));
  return 0;
}

/** Leaves everything as it is and tells how to look at it. */
async function untilInterrupted(
  { cluster, account, workspace }: Stage,
  failure: unknown,
  progress: Progress,
): Promise<void> {
  const lines = [
    '',
    ...(failure === undefined ? [] : [`Failed: ${messageOf(failure)}`]),
    'Kept until Ctrl-C, which removes all of it:',
    `  kubectl  ${cluster.kubectl} --kubeconfig ${cluster.kubeconfig} --namespace berth get all`,
    `  account  ${account.endpoint}, signed by ${account.authority}`,
    `  keys     ${account.keys.accessKeyId} ${account.keys.secretAccessKey} (of the emulated account)`,
    `  logs     ${workspace.log}`,
    '',
  ];
  for (const line of lines) progress.note(line);
  const signal = interrupted();
  // A listener alone would not keep this process from ending.
  const waiting = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(waiting);
}

function describe({ steps, seconds: total, rollSeconds, types, standIns }: Rehearsal): string {
  return [
    '',
    ...steps.flatMap(({ name, seconds, seen }) => [
      `${seconds.toFixed(1).padStart(6)} s  ${name}`,
      ...seen.map((text) => `          ${text}`),
    ]),
    `${total.toFixed(1).padStart(6)} s  together, ${(total - rollSeconds).toFixed(1)} besides rolling the pods one by one`,
    '',
    `Of ${types.count} resource types the emulator lacks these, which the rehearsal adds:`,
    ...Object.entries(types.added).map(([type, reason]) => `  ${type}: ${reason}`),
    '',
    'In place of what an account has:',
    ...Object.entries(standIns).map(([what, by]) => `  ${what}: ${by}`),
    '',
    'What this cannot show is in README.md, "Before you trust this in production".',
  ].join('\n');
}
