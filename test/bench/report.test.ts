import { plotSpec } from '../../lib/bench/plot';
import { report, table } from '../../lib/bench/report';
import type { Result, Row } from '../../lib/bench/result';

const row = (more: Partial<Row>): Row => ({
  system: 'Berth',
  members: 1,
  operation: 'write',
  clients: 16,
  rate: 12_345.6,
  p50: 1.234,
  p99: 10,
  failed: 0,
  driverMicros: 50.4,
  serverMicros: 99.6,
  rss: 50e6,
  timesOf: 1,
  ...more,
});

const result: Result = {
  date: '2026-01-02',
  machine: { cpu: 'A CPU', cores: 2, memoryBytes: 2 ** 34, kernel: '6.1', syncMillis: 0.5, loadBefore: 0.1 },
  versions: { go: '1.26.0', etcd: '3.7.3', postgres: '15.1' },
  rounds: 3,
  measureSeconds: 4,
  rows: [
    row({}),
    row({ system: 'etcd', rate: 6000, timesOf: 2.06 }),
    row({ system: 'empty handler', timesOf: 0.5 }),
    row({ members: 3, operation: 'read' }),
  ],
  footprints: [
    { items: 0, ready: 250.4, rssStarted: 26e6 },
    { items: 100_000, ready: 400, rssStarted: 60e6, rssWritten: 120e6 },
  ],
  binaryBytes: 24_100_000,
};

describe('the page of benchmarks', () => {
  const page = report(result);

  test('says when and on what machine they were made', () => {
    expect(page).toContain(
      'on 2026-01-02. A CPU, 2 cores for servers and clients together, 16 GiB, Linux 6.1',
    );
  });

  test('has a table for each kind of request and number of members', () => {
    expect(page).toContain('### Durable writes, one member\n');
    expect(page).toContain('### Linearizable reads, 3 members\n');
    expect(page).toMatch(/\| +16 \| Berth +\| +12,346 \| +\| +\| +1\.23 ms \| 10\.00 ms \|/);
    expect(page).toMatch(/\| +16 \| etcd +\| +6,000 \| +2\.06x \| +1\.50x \|/);
    expect(page).toMatch(/\| 100,000 \| +400 ms \| +60\.0 MB \| +120 MB \|/);
  });

  test('tells how many aims are reached', () => {
    expect(page).toContain('reaches what it aims for in 1 of 1 comparisons');
    const slow = { ...result, rows: [row({ system: 'PostgreSQL', timesOf: 1.49 }), ...result.rows] };
    expect(report(slow)).toContain('in 1 of 2 comparisons');
  });

  test('says that a machine was shared', () => {
    expect(page).not.toContain('Other work');
    const busy = { ...result, machine: { ...result.machine, loadBefore: 3 } };
    expect(report(busy)).toContain('Other work kept the machine busy');
  });

  test('names what failed instead of figures, and keeps the rest', () => {
    const failed = row({ system: 'PostgreSQL', timesOf: 9, failed: 92, error: 'too many clients' });
    const text = report({ ...result, rows: [...result.rows, failed] });
    expect(text).toMatch(/\| +16 \| PostgreSQL +\| +failed \| +\|/);
    expect(text).toContain('PostgreSQL, 16 clients: no result, 92 requests failed: `too many clients`');
    expect(text).toContain('in 1 of 1 comparisons');
    expect(text).toMatch(/etcd +\| +6,000/);
  });

  test('has tables as prettier lays them out, so that the format check passes', () => {
    expect(
      table(
        ['a', '> long'],
        [
          ['bcde', '1'],
          ['', '23'],
        ],
      ),
    ).toBe(['| a    | long |', '| ---- | ---: |', '| bcde |    1 |', '|      |   23 |'].join('\n'));
  });
});

describe('the plot of benchmarks', () => {
  test('has a panel for each table, and leaves out the empty handler, which would dwarf the rest', () => {
    const { concat } = plotSpec(result) as unknown as {
      concat: { title: { text: string }; data: { values: { system: string; rate: number }[] } }[];
    };
    expect(concat.map(({ title }) => title.text)).toEqual([
      'Durable writes, one member',
      'Linearizable reads, 3 members',
    ]);
    expect(concat[0]?.data.values.map(({ system }) => system)).toEqual(['Berth', 'etcd']);
  });
});
