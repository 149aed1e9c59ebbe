import type { Excuse } from './fault';
import { latency, type Latency, type Request } from './requests';
import type { Finding, Verdict } from './workload';

/** A moment at which something was done to members; times are in milliseconds since 1970. */
export interface Hit {
  readonly from: number;
  readonly until: number;
  readonly members: readonly string[];
  /** Where those were reached. */
  readonly addresses: readonly string[];
}

/** A fault as it happened. */
export interface Happened {
  readonly name: string;
  readonly title: string;
  readonly excuse: Excuse;
  readonly aim?: number;
  readonly began: number;
  /** When every member was whole again. */
  readonly ended: number;
  readonly hits: readonly Hit[];
  /** Why the store was not whole again by itself, if it was not. */
  readonly unrecovered?: string;
}

/** What became of the requests that were under way during a fault. */
export interface Judged extends Happened {
  readonly requests: number;
  readonly failed: number;
  /** Those of the failed that were never sent, as no connection was taken where they were to go. */
  readonly refused: number;
  /** Those of the failed that this fault does not excuse. */
  readonly inexcusable: readonly Request[];
  /** From the hit until the last request that failed was sent, in milliseconds; 0 if none did. */
  readonly window: number;
  /** Of requests that were answered by members that were not hit. */
  readonly latency: Latency;
  readonly lost: number;
  readonly anomalies: number;
}

/** All that is judged. */
export interface Judgement {
  readonly faults: readonly Judged[];
  readonly baseline: Latency;
  readonly requests: number;
  readonly failed: number;
  /** Failed while there was no fault. */
  readonly between: readonly Request[];
  readonly good: boolean;
}

export interface Evidence {
  readonly happened: readonly Happened[];
  readonly requests: readonly Request[];
  /** When the load began. */
  readonly started: number;
  /** The time before the first fault in which latency is what it is without one. */
  readonly undisturbed: { readonly from: number; readonly until: number };
  readonly verdict: Verdict;
  /** How long a member that does not answer may still be sent requests, in seconds. */
  readonly foundOut: number;
}

/**
 * The moment of a hit is not known better than this, in milliseconds: from a signal to the end of a process, and
 * until the resets of its connections have passed through the Ingress controller.
 */
const MOMENT = 300;

/**
 * How long a pod whose process is gone may still be chosen, in milliseconds: the kubelet looks every second, tells the
 * API server, and everything that routes has to hear of it. Until then connections to it are refused, and an Ingress
 * controller that does not try another pod answers 502. Only those are excused that its log says were refused there.
 */
const NOTICE = 5000;

/** Holds what clients saw against what each fault excuses. */
export function judge(evidence: Evidence): Judgement {
  const { happened, requests, started, undisturbed, verdict, foundOut } = evidence;
  const at = (finding: Finding) => started + finding.at / 1e6;
  const responsible = attribute(happened, requests, foundOut);
  const faults = happened.map((one): Judged => {
    const during = requests.filter(({ began, ended }) => ended >= one.began && began <= one.ended);
    const failed = requests.filter((request) => responsible.get(request) === one);
    const within = (finding: Finding) => at(finding) >= one.began && at(finding) <= one.ended;
    const hit = one.hits[0]?.from ?? one.began;
    return {
      ...one,
      requests: during.length,
      failed: failed.length,
      refused: failed.filter(({ ingress }) => ingress?.connected === false).length,
      inexcusable: failed.filter((request) => !excuses(one, request, foundOut)),
      window: Math.max(0, ...failed.map((request) => request.began - hit)),
      latency: latency(during.filter((request) => !request.failed && isOfOthers(one, request))),
      lost: verdict.lost.filter(within).length,
      anomalies: verdict.anomalies.filter(within).length,
    };
  });
  const between = requests.filter((request) => request.failed && !responsible.has(request));
  const clean = verdict.lost.length + verdict.anomalies.length + verdict.undecided.length === 0;
  return {
    faults,
    baseline: latency(
      requests.filter(
        ({ began, failed }) => !failed && began >= undisturbed.from && began < undisturbed.until,
      ),
    ),
    requests: requests.length,
    failed: requests.filter(({ failed }) => failed).length,
    between,
    good:
      clean &&
      verdict.lookedUp &&
      between.length === 0 &&
      // What was not tried says nothing.
      faults.length > 0 &&
      faults.every(
        (one) => one.requests > 0 && one.inexcusable.length === 0 && one.unrecovered === undefined,
      ),
  };
}

/** The fault that each failed request is counted to: one that excuses it, else one during which it was under way. */
function attribute(
  happened: readonly Happened[],
  requests: readonly Request[],
  foundOut: number,
): Map<Request, Happened> {
  const responsible = new Map<Request, Happened>();
  for (const request of requests) {
    if (!request.failed) continue;
    const fault =
      happened.find((one) => excuses(one, request, foundOut)) ??
      happened.find((one) => request.ended >= one.began && request.began <= one.ended);
    if (fault) responsible.set(request, fault);
  }
  return responsible;
}

/** Whether a fault explains that this request failed. */
export function excuses(fault: Happened, request: Request, foundOut: number): boolean {
  return fault.hits.some((hit) => excusesAt(fault, hit, request, foundOut));
}

function excusesAt(fault: Happened, hit: Hit, request: Request, foundOut: number): boolean {
  const overlaps = (until: number) => request.ended >= hit.from && request.began <= until;
  switch (fault.excuse) {
    case 'none':
      return false;
    case 'in-flight':
      return isOf(hit, request) && overlaps(hit.until + (wasRefused(request) ? NOTICE : MOMENT));
    case 'until-found-out':
      return isOf(hit, request) && overlaps(hit.until + foundOut * 1000);
    case 'outage':
      // One that was under way has no answer; one that comes later gets one that says it clearly.
      return (
        overlaps(hit.until + MOMENT) || (overlaps(fault.ended) && [502, 503, 504].includes(request.status))
      );
    case 'full':
      return request.member !== '' && request.status === 507 && overlaps(hit.until);
    case 'ingress':
      return request.member === '' && overlaps(hit.until + MOMENT);
  }
}

/** Whether it was answered by, or sent to, a member that was hit, as far as anybody knows. */
function isOf({ members, addresses }: Hit, { member, ingress }: Request): boolean {
  if (member !== '') return members.includes(member);
  return ingress === undefined || addresses.includes(ingress.to.replace(/:\d+$/, ''));
}

/** Whether it is known that no server has seen it. */
const wasRefused = ({ ingress }: Request): boolean => ingress?.connected === false;

/** What was held by a member that was hit is counted, and says nothing about the others. */
function isOfOthers({ excuse, hits }: Happened, { member }: Request): boolean {
  const ofOne = excuse === 'in-flight' || excuse === 'until-found-out';
  return !ofOne || !hits.some(({ members }) => members.includes(member));
}
