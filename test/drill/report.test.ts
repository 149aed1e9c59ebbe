import type { Request } from '../../lib/drill/requests';
import { page } from '../../lib/drill/report/page';
import { series } from '../../lib/drill/report/series';
import { table } from '../../lib/drill/report/table';
import { quantile } from '../../lib/drill/requests';
import type { DrillResult, FaultResult } from '../../lib/drill/result';

const kill: FaultResult = {
  ...{ name: 'kill:leader', title: 'kill -9 of the process', members: ['berth-1'] },
  ...{
    began: 20_000,
    ended: 30_000,
    requests: 4000,
    lost: 0,
    anomalies: 0,
    failed: 3,
    refused: 2,
    inexcusable: 0,
  },
  ...{ window: 12, longest: 420, p999: 300, ratio: 1.2 },
};
const good: DrillResult = {
  ...{ good: true, target: 'local', members: 3, clients: 16, seed: 1, started: 0, ended: 60_000 },
  ...{ requests: 24_000, failed: 3, acknowledged: 12_000, lost: [], anomalies: [], undecided: [] },
  ...{ lookedUp: true, between: 0, baseline: { count: 1, p50: 5, p99: 20, p999: 40, longest: 50 } },
  ...{ faults: [kill], leaders: [], report: 'report.html', history: 'history.ndjson' },
};
const bad: DrillResult = {
  ...good,
  good: false,
  lost: [{ at: 21e9, what: 'PUT <a>' }],
  faults: [{ ...kill, lost: 1, inexcusable: 2, example: '502 Bad Gateway' }],
};

describe('the table', () => {
  test('has a line for each fault and one for all', () => {
    const lines = table(good).split('\n');
    expect(lines.find((line) => line.startsWith('✓'))).toMatch(
      /kill:leader +0 +0 +3 \(2 refused\) in 12 ms +0 +420 ms +300 ms +1.2x$/,
    );
    expect(lines.at(-1)).toBe(
      '1 faults in 60 s: 24000 requests, 3 failed; 12000 acknowledged writes, 0 lost, 0 anomalies',
    );
  });

  test('says what must not be, each in a line', () => {
    const text = table(bad);
    expect(text).toMatch(/^✗ {2}kill:leader/m);
    expect(text).toContain('lost: PUT <a>\n');
    expect(text).toContain('kill:leader: 2 failed without an excuse, such as: 502 Bad Gateway\n');
  });

  test('says what was not tried', () => {
    const text = table({ ...good, good: false, faults: [{ ...kill, requests: 0 }] });
    expect(text).toMatch(/^✗ {2}kill:leader/m);
    expect(text).toContain('kill:leader: no request was made meanwhile, so it shows nothing\n');
    expect(table({ ...good, good: false, faults: [] })).toContain('no fault was made, so nothing is shown\n');
  });
});

describe('the page', () => {
  test('needs no other file, and shows the picture', () => {
    const html = page(good, '<svg id="picture"></svg>');
    expect(html).toContain('<svg id="picture">');
    expect(html).toContain('Nothing lost, nothing stale');
    expect(html).not.toMatch(/(src|href)=/);
  });

  test('says what must not be, as text and not as markup', () => {
    const html = page(bad, '');
    expect(html).toContain('Not as promised');
    expect(html).toContain('lost: PUT &lt;a&gt;');
    expect(html).not.toContain('<a>');
  });
});

describe('what is drawn', () => {
  const request = (ended: number, took: number, failed = false): Request => ({
    ...{ began: ended - took, ended, failed, status: 200, member: 'berth-0', error: '' },
  });

  test('counts a request in the second in which it ended, and a failed one apart', () => {
    const points = series([request(500, 10), request(600, 30), request(1500, 5, true)], 0, 3000);
    expect(points).toEqual([
      { second: 0.5, rate: 2, failed: 0, p50: 10, p99: 30, longest: 30 },
      { second: 1.5, rate: 0, failed: 1 },
      { second: 2.5, rate: 0, failed: 0 },
    ]);
  });

  test('has no more points than a picture can show', () => {
    expect(series([], 0, 4 * 3_600_000).length).toBeLessThanOrEqual(400);
  });

  test('a quantile is a value that was there', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.999)).toBe(4);
    expect(quantile([], 0.5)).toBe(0);
  });
});
