import type { Target } from '../../targets/target';
import { UserError } from '../../terminal/user-error';
import type { Fault, Role } from '../fault';
import { cutOff, cutOffMajority } from './cut-off';
import { deleteAll } from './delete-all';
import { deletePod, forceDelete } from './delete-pod';
import { failFsync } from './fail-fsync';
import { fillDisk } from './fill-disk';
import { fillStore } from './fill-store';
import { kill } from './kill';
import { loseVolume } from './lose-volume';
import { newImage } from './new-image';
import { pause } from './pause';
import { restartIngress } from './restart-ingress';
import { rollingRestart } from './rolling-restart';
import { nodeStopped } from './stop-node';

/** Every fault there is, in the order of a drill that has all of them: what is planned comes first. */
export const FAULTS: readonly Fault[] = [
  rollingRestart,
  newImage,
  fillStore,
  deletePod,
  forceDelete,
  kill,
  pause,
  nodeStopped,
  cutOff,
  cutOffMajority,
  loseVolume,
  fillDisk,
  failFsync,
  deleteAll,
  restartIngress,
];

/** A fault and whom it is to hit. */
export interface Step {
  readonly fault: Fault;
  readonly role?: Role;
}

/** What `--fault` and the report call it: `delete:leader`. */
export function nameOf({ fault, role }: Step): string {
  return role === undefined ? fault.name : `${fault.name}:${role}`;
}

/** Each fault at each member it can hit. */
export function everyStep(faults: readonly Fault[]): Step[] {
  return faults.flatMap((fault) =>
    fault.roles.length === 0 ? [{ fault }] : fault.roles.map((role) => ({ fault, role })),
  );
}

/**
 * The steps that names ask for: `delete` is both of `delete:leader` and `delete:follower`.
 * @throws UserError a name is not known
 */
export function stepsNamed(names: readonly string[]): Step[] {
  const all = everyStep(FAULTS);
  return names.flatMap((name) => {
    const found = all.filter((step) => nameOf(step) === name || step.fault.name === name);
    if (found.length > 0) return found;
    const allowed = FAULTS.map((fault) =>
      fault.roles.length === 0 ? fault.name : `${fault.name}[:${fault.roles.join('|')}]`,
    );
    throw new UserError(`--fault '${name}' is not a fault; allowed: ${allowed.join(', ')}`, { exitCode: 2 });
  });
}

/** Why a fault cannot be made on this target, or undefined if it can. */
export function obstacle(fault: Fault, target: Target): string | undefined {
  const possible = {
    'any cluster': true,
    'an Ingress controller': target.ingressController !== undefined,
    'loaded images': target.loadImage !== undefined,
    'the local Kubernetes': target.name === 'local',
  }[fault.needs];
  return possible ? undefined : `${fault.name} needs ${fault.needs}, and this is ${target.name}`;
}
