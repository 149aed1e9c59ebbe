import { median, summarize, type Sample } from '../../lib/bench/result';
import { rotate } from '../../lib/bench/side-by-side';

const sample = (system: string, round: number, rate: number, more: Partial<Sample> = {}): Sample => ({
  system,
  round,
  rate,
  members: 1,
  operation: 'write',
  clients: 16,
  requests: 1000,
  failed: 0,
  seconds: 1,
  p50: 1,
  p99: 2,
  driverCPU: 0.05,
  serverCPU: 0.1,
  serverRSS: 1e6,
  ...more,
});

describe('results of several rounds', () => {
  test('are their median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
    const [row] = summarize([sample('etcd', 0, 10), sample('etcd', 1, 30), sample('etcd', 2, 20)]);
    expect(row).toMatchObject({ system: 'etcd', rate: 20, driverMicros: 50, serverMicros: 100 });
  });

  test('compare within a round, for the machine is not the same in the next', () => {
    const rows = summarize([
      ...[sample('Berth', 0, 200), sample('etcd', 0, 100)],
      ...[sample('Berth', 1, 20), sample('etcd', 1, 10)],
      ...[sample('Berth', 2, 60), sample('etcd', 2, 40)],
    ]);
    expect(rows.map(({ system, timesOf }) => [system, timesOf])).toEqual([
      ['Berth', 1],
      ['etcd', 2],
    ]);
  });

  test('do not mix members, operations or numbers of clients, and add up failures', () => {
    const rows = summarize([
      sample('Berth', 0, 1, { members: 3 }),
      sample('Berth', 0, 2, { operation: 'read' }),
      sample('Berth', 0, 3, { clients: 64, failed: 1 }),
      sample('Berth', 1, 5, { clients: 64, failed: 2 }),
    ]);
    expect(rows.map(({ rate, failed }) => [rate, failed])).toEqual([
      [1, 0],
      [2, 0],
      [4, 3],
    ]);
  });

  test('keep a run that failed apart, with the reason, and compare nothing with it', () => {
    const refused = { failed: 2, error: 'refused:\nthe second line' };
    const rows = summarize([
      sample('Berth', 0, 200),
      sample('etcd', 0, 100, refused),
      sample('PostgreSQL', 0, 0, { requests: 0 }),
      sample('Berth', 0, 5, { clients: 64, ...refused }),
      sample('etcd', 0, 100, { clients: 64 }),
    ]);
    expect(rows.map(({ system, clients, error }) => [system, clients, error])).toEqual([
      ['Berth', 16, undefined],
      ['etcd', 16, 'refused:'],
      ['PostgreSQL', 16, 'no request ended in time'],
      ['Berth', 64, 'refused:'],
      ['etcd', 64, undefined],
    ]);
    expect(rows[4]?.timesOf).toBeNaN();
  });

  test('come from runs whose order changes', () => {
    expect([0, 1, 2, 3].map((round) => rotate(['a', 'b', 'c'], round).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
  });
});
