import type { Rollouts } from '../deploy/rollout';
import type { LocalCluster } from '../local/local-cluster';
import type { Target } from '../targets/target';
import type { Member } from './member';
import type { Way } from './workload';

/** Whom a fault is to hit. */
export type Role = 'leader' | 'follower';

/**
 * Which requests may fail, at the most. Whatever is lost or stale never may be.
 *
 * - `none`: no request.
 * - `in-flight`: those under way at the member in the moment it struck; and, until Kubernetes has noticed, those that
 *   the Ingress controller says it could not connect to that member for.
 * - `until-found-out`: those sent to the member before everything that routes knew, a time the profile bounds.
 * - `outage`: those made until the store had its majority again, with an answer that says so.
 * - `full`: those that a member refused with 507, as the store had no room.
 * - `ingress`: those on connections of the Ingress controller itself, which no member answered.
 */
export type Excuse = 'none' | 'in-flight' | 'until-found-out' | 'outage' | 'full' | 'ingress';

/** Something that goes wrong, and is put right again. */
export interface Fault {
  /** What `--fault` calls it. */
  readonly name: string;
  /** What happens, in a few words. */
  readonly title: string;
  /** Whom it can hit; none where it is not about one member. */
  readonly roles: readonly Role[];
  /** Needs nodes that can be reached into, which only the local Kubernetes has; or images that can be put into nodes. */
  readonly needs: 'any cluster' | 'an Ingress controller' | 'loaded images' | 'the local Kubernetes';
  readonly excuse: Excuse;
  /** Takes whole nodes away, so it leaves out the one with the control plane, which EKS has elsewhere. */
  readonly takesNodes?: boolean;
  /** What the longest request should take at most, in milliseconds; reported, not judged. Default none. */
  readonly aim?: number;
  /** Makes it happen and puts it right, also when it is interrupted. */
  strike(scene: Scene): Promise<void>;
}

/** What a fault has to work with. */
export interface Scene {
  readonly target: Target;
  /** The member it is to hit; the leader where it has no roles. */
  readonly victim: Member;
  readonly others: readonly Member[];
  /** All members as they are now. */
  readonly now: () => Promise<readonly Member[]>;
  /**
   * Follows rolls from before the first fault on: to begin to takes half a second of a processor, which the requests
   * of a fault would wait for.
   */
  readonly rollouts: Rollouts;
  /** How requests get to the server. */
  readonly way: Way;
  /** How long a member must be away to be found out, in seconds, and some more. */
  readonly absence: number;
  /** @throws UserError it is another target */
  readonly local: () => LocalCluster;
  /** The other image of a roll to a new image, made beforehand. */
  readonly images: { readonly now: string; readonly other: string | undefined };
  /** Does what makes requests fail, and notes when and to whom. */
  readonly hit: (members: readonly Member[], act: () => Promise<unknown>) => Promise<void>;
  /** Lets time pass. */
  readonly hold: (seconds: number) => Promise<void>;
  /** Waits until this pod has been replaced by another of its name. */
  readonly replaced: (member: Member) => Promise<void>;
  readonly detail: (text: string) => void;
}
