import type { Excuse } from '../../lib/drill/fault';
import { excuses, judge, type Happened } from '../../lib/drill/judge';
import type { Request } from '../../lib/drill/requests';
import type { Verdict } from '../../lib/drill/workload';

const FOUND_OUT = 10;
/** berth-1 is hit at 100,000 ms, and all is well again 30 s later. */
const fault = (excuse: Excuse): Happened => ({
  name: excuse,
  title: excuse,
  excuse,
  began: 99_000,
  ended: 130_000,
  hits: [{ from: 100_000, until: 100_050, members: ['berth-1'], addresses: ['10.0.0.1'] }],
});
const failed = (began: number, ended: number, more: Partial<Request> = {}): Request => ({
  ...{ began, ended, failed: true, status: 0, member: '', error: 'connection closed' },
  ...more,
});

/** What the Ingress controller's log has of it. */
const sent = (address: string): Partial<Request> => ({ ingress: { to: `${address}:8080`, connected: true } });
const refusedBy = (address: string): Partial<Request> => ({
  status: 502,
  ingress: { to: `${address}:8080`, connected: false },
});
const refused = refusedBy('10.0.0.1');

/** As of a member that was not hit. */
const full: Partial<Request> = { status: 507, member: 'berth-0' };

describe('a failed request', () => {
  const cases: [string, Request, Excuse[]][] = [
    ['that was in flight', failed(99_990, 100_010), ['in-flight', 'until-found-out', 'outage', 'ingress']],
    ['that was answered before', failed(99_500, 99_900), []],
    ['that another member answered', failed(99_990, 100_010, { member: 'berth-0', status: 500 }), ['outage']],
    [
      'that the member itself answered',
      failed(99_990, 100_010, { member: 'berth-1', status: 503 }),
      ['in-flight', 'until-found-out', 'outage'],
    ],
    ['that was sent to another member', failed(99_990, 100_010, sent('10.0.0.2')), ['outage', 'ingress']],
    [
      'refused before Kubernetes noticed',
      failed(102_000, 102_010, refused),
      ['in-flight', 'until-found-out', 'outage'],
    ],
    [
      'refused when Kubernetes must have noticed',
      failed(106_000, 106_010, refused),
      ['until-found-out', 'outage'],
    ],
    ['refused by another member', failed(102_000, 102_010, refusedBy('10.0.0.2')), ['outage']],
    ['sent before Kubernetes noticed, to nobody knows whom', failed(102_000, 102_010), ['until-found-out']],
    [
      'that began there before Kubernetes noticed',
      failed(102_000, 102_010, sent('10.0.0.1')),
      ['until-found-out'],
    ],
    ['refused for want of room', failed(100_010, 100_020, full), ['outage', 'full']],
    ['refused for want of room that there is again', failed(101_000, 101_010, full), []],
    ['sent before everything knew', failed(109_000, 124_000), ['until-found-out']],
    ['sent when everything knew', failed(111_000, 112_000), []],
    ['refused clearly while there was no majority', failed(115_000, 125_000, { status: 503 }), ['outage']],
    ['refused clearly when there was one again', failed(131_000, 131_010, { status: 503 }), []],
  ];
  test.each(cases)('%s is excused by the right faults only', (_, request, by) => {
    const all: Excuse[] = ['none', 'in-flight', 'until-found-out', 'outage', 'full', 'ingress'];
    expect(all.filter((excuse) => excuses(fault(excuse), request, FOUND_OUT))).toEqual(by);
  });
});

describe('the verdict', () => {
  const clean: Verdict = {
    ...{ operations: 2, objects: 1, acknowledged: 1, unknown: 0 },
    ...{ lost: [], anomalies: [], undecided: [], lookedUp: true },
  };
  const fine = (began: number, member = 'berth-0', took = 10): Request => ({
    ...{ began, ended: began + took, failed: false, status: 200, member, error: '' },
  });
  const judged = (
    requests: readonly Request[],
    verdict: Partial<Verdict> = {},
    more: Partial<Happened> = {},
  ) =>
    judge({
      happened: [{ ...fault('in-flight'), ...more }],
      requests,
      started: 0,
      undisturbed: { from: 1000, until: 50_000 },
      verdict: { ...clean, ...verdict },
      foundOut: FOUND_OUT,
    });

  test('is good when nothing is lost, stale, or failed without an excuse', () => {
    expect(judged([fine(2000), failed(99_990, 100_010), fine(110_000)])).toMatchObject({
      good: true,
      failed: 1,
      faults: [{ requests: 2, failed: 1, inexcusable: [] }],
    });
  });

  test.each<[string, Partial<Verdict>]>([
    ['a lost write', { lost: [{ at: 101e9, what: 'PUT a' }] }],
    ['an anomaly', { anomalies: [{ at: 1e9, what: 'GET a' }] }],
    ['an object that could not be decided', { undecided: ['a'] }],
    ['a last look that was not had', { lookedUp: false }],
  ])('is bad with %s', (_, verdict) => {
    expect(judged([fine(2000), fine(110_000)], verdict).good).toBe(false);
  });

  test('is bad with a request that failed while there was no fault', () => {
    const { good, between } = judged([failed(60_000, 60_010), fine(110_000)]);
    expect([good, between.length]).toEqual([false, 1]);
  });

  test('is bad with a store that did not come back', () => {
    const unrecovered = 'berth-1 is not whole';
    expect(judged([fine(2000), fine(110_000)], {}, { unrecovered }).good).toBe(false);
  });

  test('is bad with a fault during which no request was made', () => {
    expect(judged([fine(2000), fine(140_000)]).good).toBe(false);
  });

  test('is bad when no fault was made', () => {
    const { good } = judge({
      ...{ happened: [], requests: [fine(2000)], started: 0, verdict: clean, foundOut: FOUND_OUT },
      undisturbed: { from: 1000, until: 50_000 },
    });
    expect(good).toBe(false);
  });

  test('counts a request that was held up by one fault, and failed during the next, to the one', () => {
    const outage = { ...fault('outage'), ended: 110_000 };
    const next = {
      ...fault('none'),
      began: 112_000,
      hits: [{ from: 112_100, until: 125_000, members: [], addresses: [] }],
    };
    const { faults } = judge({
      happened: [outage, next],
      requests: [failed(109_000, 119_000, { status: 503, member: 'berth-0' })],
      started: 0,
      undisturbed: { from: 1000, until: 50_000 },
      verdict: clean,
      foundOut: FOUND_OUT,
    });
    expect(faults.map((one) => [one.failed, one.inexcusable.length])).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  test('counts what was lost where it was written', () => {
    const lost = [{ at: 101e9, what: 'PUT a' }];
    expect(judged([], { lost }).faults[0]?.lost).toBe(1);
    expect(judged([], { lost: [{ at: 140e9, what: 'PUT a' }] }).faults[0]?.lost).toBe(0);
  });

  test('takes latency from members that were not hit', () => {
    const { faults, baseline } = judged([
      fine(2000, 'berth-0', 20),
      fine(100_000, 'berth-1', 4000),
      fine(100_100, 'berth-2', 30),
    ]);
    expect(baseline.longest).toBe(20);
    expect(faults[0]?.latency).toMatchObject({ count: 1, longest: 30 });
  });
});
