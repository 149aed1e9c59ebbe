import { contract } from '../contract';

/** Long enough for each connection that a router keeps open to carry one more answer, which asks to close it. */
const FAREWELL_SECONDS = 1;
/** Time another member gets to become leader before the server stops listening. */
const HAND_OVER_SECONDS = 4;
/** Time etcd gets to close after the last request was answered. */
const CLOSE_SECONDS = 10;

/** Every time in the manifests, in seconds, derived from the one drain time of the profile. */
export interface Timing {
  /** preStop sleep: the pod goes on serving while load balancers let go of it. */
  readonly drain: number;
  /** What the server, once told to end, goes on answering with `Connection: close`. */
  readonly farewell: number;
  /** What the server then gives requests that are still being answered. */
  readonly shutdown: number;
  /** terminationGracePeriodSeconds: when the kubelet kills what is left. */
  readonly grace: number;
  /** Readiness probe: found unready after `readinessPeriod * readinessFailures`, well inside the drain time. */
  readonly readinessPeriod: number;
  readonly readinessFailures: number;
  /** minReadySeconds: how long a new pod has been ready before the next one is rolled. */
  readonly settle: number;
  /** How long a start may take, replaying a full log included, before the kubelet tries again. */
  readonly startup: number;
}

/**
 * Derives every time from the drain time.
 *
 * @param drainSeconds at least 5: what Kubernetes itself needs to tell every node that an endpoint goes
 * @throws RangeError naming the value and what is allowed
 */
export function timing(drainSeconds: number): Timing {
  if (!Number.isInteger(drainSeconds) || drainSeconds < 5 || drainSeconds > 3600) {
    throw new RangeError(`drainSeconds is ${drainSeconds}; allowed: whole seconds from 5 to 3600`);
  }
  const shutdown = contract.limits.requestSeconds;
  const readinessFailures = 3;
  return {
    drain: drainSeconds,
    farewell: FAREWELL_SECONDS,
    shutdown,
    grace: drainSeconds + FAREWELL_SECONDS + HAND_OVER_SECONDS + shutdown + CLOSE_SECONDS,
    readinessPeriod: Math.max(1, Math.floor(drainSeconds / (readinessFailures * 2))),
    readinessFailures,
    settle: Math.max(2, Math.ceil(drainSeconds / 5)),
    startup: 300,
  };
}
