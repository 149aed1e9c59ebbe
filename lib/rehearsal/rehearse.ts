import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Stacks } from '../account/stacks';
import { names } from '../config/names';
import { bothEnded } from '../process/both-ended';
import { interrupted } from '../process/interrupt';
import type { Progress } from '../terminal/progress';
import { clientSettings, inventory } from './account';
import { Cdk } from './cdk';
import { readEmulatedTypes, readTemplates, typesInUse, type TypesInUse } from './resource-types';
import type { Scene } from './scene';
import { rehearsalSettings, type GivenSettings } from './settings';
import { onStage, type Stage } from './stage';
import { STAND_INS } from './stand-in-list';
import { Steps, type DoneStep } from './step';
import { deploy } from './steps/deploy';
import { destroy } from './steps/destroy';
import { refuse, refused } from './steps/refuse';
import { release } from './steps/release';
import { upgrade } from './steps/upgrade';
import { workspaceOf, type Workspace } from './workspace';

/** The version the app is deployed with, and the one it is upgraded to. */
const [FROM, TO] = ['1.35', '1.36'] as const;

export interface RehearseOptions {
  readonly checkout: string;
  /** Where everything of it is. Default the checkout's own place, which has room for one rehearsal at a time. */
  readonly workspace?: Workspace;
  /** Settings of the app to rehearse, by name. Default the app's own. */
  readonly settings?: GivenSettings;
  /**
   * Called to look around, when everything is deployed and before it is destroyed, or where a step before that failed;
   * the stage stays until it is done.
   */
  readonly keep?: (stage: Stage, failure?: unknown) => Promise<void>;
  readonly progress: Progress;
}

/** What a rehearsal saw. It throws where something is not as it should be. */
export interface Rehearsal {
  readonly steps: readonly DoneStep[];
  /** How long all of it took, from setting the stage until nothing of it was left running. */
  readonly seconds: number;
  /** How much of that was the release that was waited for, pod by pod. */
  readonly rollSeconds: number;
  readonly types: TypesInUse;
  /** What is not what it is in an account, and what stands in its place. */
  readonly standIns: Readonly<Record<string, string>>;
  /** What is still in the account and was not before, by kind: only what the settings keep on purpose. */
  readonly left: Readonly<Record<string, readonly string[]>>;
}

/**
 * The settings that the app is deployed with at first.
 * @throws UserError for a setting that the rehearsal decides itself; exit status 2
 */
export function firstSettings(given?: GivenSettings): GivenSettings {
  return rehearsalSettings(FROM, given);
}

/**
 * Deploys this project's CDK app as it is into an emulated account whose EKS is a Kubernetes of this machine, releases an
 * image, sees a bad change taken back, upgrades Kubernetes and destroys everything.
 * @throws UserError at the first thing that is not as it should be
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const { checkout, progress, keep } = options;
  const { workspace = workspaceOf(checkout) } = options;
  const given = firstSettings(options.settings); // Before anything is started.
  const started = Date.now();
  const played = await onStage(workspace, names.cluster, progress, async (stage) => {
    try {
      return await play(given, keep, stage, new Steps(progress));
    } catch (error) {
      if (keep && !interrupted().aborted) await keep(stage, error);
      throw error;
    }
  });
  return { ...played, seconds: (Date.now() - started) / 1000 };
}

async function play(
  given: GivenSettings,
  keep: RehearseOptions['keep'],
  stage: Stage,
  steps: Steps,
): Promise<Omit<Rehearsal, 'seconds'>> {
  const { workspace } = stage;
  const cdk = new Cdk(workspace, stage.account);
  const { types, assembly } = await steps.step('cdk synth, cdk bootstrap', async (seen, detail) => {
    const [directory] = await bothEnded(cdk.synth('synth', given, detail), cdk.bootstrap(detail));
    const used = typesInUse(readTemplates(directory), readEmulatedTypes(workspace.run));
    seen(
      `${used.count} resource types, ${Object.keys(used.added).length} of them emulated by the rehearsal itself`,
    );
    return { types: used, assembly: directory };
  });
  const stacks = new Stacks(new CloudFormationClient(clientSettings(stage.account)));
  const scene: Scene = { stage, cdk, stacks, settings: given, assembly };
  const empty = await inventory(stage.account, stage.python);
  const deployed = await steps.step('cdk deploy, all stacks', (seen, detail) => deploy(scene, seen, detail));
  // A release is mostly waiting, so what is deployed after it is synthesized meanwhile.
  const [rollSeconds, changed] = await bothEnded(
    steps.step('Release another image', (seen, detail) => release(scene, deployed, seen, detail)),
    synthesizeChanges(scene),
  );
  await steps.step('A change that the cluster refuses', (seen, detail) =>
    refuse(scene, deployed, changed.refused, seen, detail),
  );
  await steps.step(`Upgrade Kubernetes ${FROM} to ${TO}`, (seen, detail) =>
    upgrade(scene, deployed, TO, changed.upgraded, seen, detail),
  );
  if (keep) await keep(stage);
  interrupted().throwIfAborted();
  const left = await steps.step('cdk destroy, all stacks', (seen, detail) =>
    destroy(scene, empty, seen, detail),
  );
  return { steps: steps.done, rollSeconds, types, standIns: STAND_INS, left };
}

/** The app with the settings of the steps that change it. */
async function synthesizeChanges({ cdk, settings }: Scene): Promise<Record<'refused' | 'upgraded', string>> {
  const synth = (name: string, changed: GivenSettings) => cdk.synth(name, changed, () => undefined);
  return {
    refused: await synth('synth-refused', refused(settings)),
    upgraded: await synth('synth-upgraded', { ...settings, kubernetesVersion: TO }),
  };
}
