import type { Stacks } from '../account/stacks';
import type { Item } from '../client/item-client';
import type { Cdk } from './cdk';
import type { RehearsedServer } from './server';
import type { GivenSettings } from './settings';
import type { Stage } from './stage';
import { stepLog } from './workspace';

/** What steps share. */
export interface Scene {
  readonly stage: Stage;
  readonly cdk: Cdk;
  readonly stacks: Stacks;
  readonly settings: GivenSettings;
  /** Directory of the synthesized app. */
  readonly assembly: string;
}

/** The server once it is deployed, where it answers, and what has been written to it. */
export interface Deployed {
  readonly server: RehearsedServer;
  /** Name of its load balancer. */
  readonly host: string;
  readonly items: readonly Item[];
}

export function logOf(scene: Scene, step: string): string {
  return stepLog(scene.stage.workspace, step);
}

/**
 * `cdk deploy` that ends where a person would have to answer; events instead of a bar, for the log. And without change
 * sets: each is five seconds of waiting, and the emulator's say nothing that is true of an account's.
 */
export const DEPLOY = [
  ...['deploy', '--require-approval', 'never', '--progress', 'events'],
  ...['--method', 'direct'],
] as const;
