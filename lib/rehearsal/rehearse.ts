import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Stacks } from '../account/stacks';
import { names } from '../config/names';
import { interrupted } from '../process/interrupt';
import type { Progress } from '../terminal/progress';
import { ACCOUNT, clientSettings, inventory, REGION } from './account';
import { Cdk } from './cdk';
import { readEmulatedTypes, readTemplates, typesInUse, type TypesInUse } from './resource-types';
import type { Scene } from './scene';
import { asArguments, rehearsalSettings, type GivenSettings } from './settings';
import { onStage, type Stage } from './stage';
import { STAND_INS } from './stand-in-list';
import { Steps, type DoneStep } from './step';
import { deploy } from './steps/deploy';
import { destroy } from './steps/destroy';
import { refuse } from './steps/refuse';
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
  readonly types: TypesInUse;
  /** What is not what it is in an account, and what stands in its place. */
  readonly standIns: Readonly<Record<string, string>>;
  /** What is still in the account and was not before, by kind: only what the settings keep on purpose. */
  readonly left: Readonly<Record<string, readonly string[]>>;
}

/**
 * Deploys this project's CDK app as it is into an emulated account whose EKS is a Kubernetes of this machine, releases an
 * image, sees a bad change taken back, upgrades Kubernetes and destroys everything.
 * @throws UserError at the first thing that is not as it should be
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const { checkout, progress, keep } = options;
  const { workspace = workspaceOf(checkout) } = options;
  rehearsalSettings(FROM, options.settings); // Before anything is started.
  return onStage(workspace, names.cluster, progress, async (stage) => {
    try {
      return await play(options, stage, new Steps(progress));
    } catch (error) {
      if (keep && !interrupted().aborted) await keep(stage, error);
      throw error;
    }
  });
}

async function play({ keep, settings }: RehearseOptions, stage: Stage, steps: Steps): Promise<Rehearsal> {
  const { workspace } = stage;
  const scene: Scene = {
    stage,
    cdk: new Cdk(workspace, stage.account),
    stacks: new Stacks(new CloudFormationClient(clientSettings(stage.account))),
    settings: rehearsalSettings(FROM, settings),
    assembly: join(workspace.run, 'cdk.out'),
  };
  const types = await steps.step('cdk synth', async (seen, detail) => {
    await synthesize(scene, detail);
    const used = typesInUse(readTemplates(scene.assembly), readEmulatedTypes(workspace.run));
    seen(
      `${used.count} resource types, ${Object.keys(used.added).length} of them emulated by the rehearsal itself`,
    );
    return used;
  });
  await steps.step('cdk bootstrap', (_, detail) =>
    scene.cdk.run('bootstrap', ['bootstrap', `aws://${ACCOUNT}/${REGION}`], detail),
  );
  const empty = await inventory(stage.account, stage.python);
  const deployed = await steps.step('cdk deploy, all stacks', (seen, detail) => deploy(scene, seen, detail));
  await steps.step('Release another image', (seen, detail) => release(scene, deployed, seen, detail));
  await steps.step('A change that the cluster refuses', (seen, detail) =>
    refuse(scene, deployed, seen, detail),
  );
  await steps.step(`Upgrade Kubernetes ${FROM} to ${TO}`, (seen, detail) =>
    upgrade(scene, deployed, TO, seen, detail),
  );
  if (keep) await keep(stage);
  interrupted().throwIfAborted();
  const left = await steps.step('cdk destroy, all stacks', (seen, detail) =>
    destroy(scene, empty, seen, detail),
  );
  return { steps: steps.done, types, standIns: STAND_INS, left };
}

/** `cdk synth` as a person would call it, once for the deployments that follow. */
async function synthesize(scene: Scene, detail: (text: string) => void): Promise<void> {
  const options = ['--quiet', '--output', scene.assembly, ...asArguments(scene.settings)];
  await scene.cdk.run('synth', ['synth', ...options], detail);
}
