import { contract } from '../contract';

/** Long enough for each connection that a router keeps open to carry one more answer, which asks to close it. */
const FAREWELL_SECONDS = 1;
/** What that may become while requests still come: the server begins anew with each, ten times as long at the most. */
const LONGEST_FAREWELL_SECONDS = 10 * FAREWELL_SECONDS;
/** Time another member gets to become leader before the server stops listening. */
const HAND_OVER_SECONDS = 4;
/** Time etcd gets to close after the last request was answered. */
const CLOSE_SECONDS = 10;
/** Readiness probes in a row that decide: one that a busy node answers late is not enough. */
const READINESS_FAILURES = 3;
/** How long the kubelet waits for the answer to a probe. */
export const PROBE_TIMEOUT_SECONDS = 2;
/** The server takes no less: elections must be over by then. */
const LEAST_UNREADY_AFTER = 5;

/** The two times of a profile that all others follow from, in seconds. */
export interface Times {
  readonly drainSeconds: number;
  readonly detectionSeconds: number;
}

/** Every time in the manifests, in seconds, derived from the drain time and the detection time of the profile. */
export interface Timing {
  /** preStop sleep: the pod goes on serving while load balancers let go of it. */
  readonly drain: number;
  /** What the server, once told to end, goes on answering with `Connection: close`, and after each request that still comes. */
  readonly farewell: number;
  /** What the server then gives requests that are still being answered. */
  readonly shutdown: number;
  /** terminationGracePeriodSeconds: when the kubelet kills what is left. */
  readonly grace: number;
  /** Readiness probe: how often, and how many failures in a row make the pod unready. */
  readonly readinessPeriod: number;
  readonly readinessFailures: number;
  /** After so long without a majority a member says itself that it is not ready. */
  readonly unreadyAfter: number;
  /** minReadySeconds: how long a new pod has been ready before the next one is rolled. */
  readonly settle: number;
  /** How long a start may take, replaying a full log included, before the kubelet tries again. */
  readonly startup: number;
}

/**
 * Derives every time.
 *
 * `drainSeconds` is at least 5: what Kubernetes itself needs to tell every node that an endpoint goes.
 * `detectionSeconds` is at least 12: the time of a member to see that it is cut off, and of the probe to see the member.
 * @throws RangeError naming the value and what is allowed
 */
export function timing({ drainSeconds, detectionSeconds }: Times): Timing {
  whole('drainSeconds', drainSeconds, 5);
  whole('detectionSeconds', detectionSeconds, 12);
  const shutdown = contract.limits.requestSeconds;
  const readinessPeriod = Math.max(1, Math.floor(detectionSeconds / 8));
  // The kubelet has just asked when it happens, and every later answer is waited for in vain.
  const probed = readinessPeriod + READINESS_FAILURES * Math.max(readinessPeriod, PROBE_TIMEOUT_SECONDS);
  return {
    drain: drainSeconds,
    farewell: FAREWELL_SECONDS,
    shutdown,
    grace: drainSeconds + LONGEST_FAREWELL_SECONDS + HAND_OVER_SECONDS + shutdown + CLOSE_SECONDS,
    readinessPeriod,
    readinessFailures: READINESS_FAILURES,
    unreadyAfter: Math.max(LEAST_UNREADY_AFTER, detectionSeconds - probed),
    settle: Math.max(2, Math.ceil(drainSeconds / 5)),
    startup: 300,
  };
}

function whole(name: keyof Times, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > 3600) {
    throw new RangeError(`${name} is ${value}; allowed: whole seconds from ${least} to 3600`);
  }
}
