import type { DrillResult } from '../result';
import { isGood } from './table';
import type { Point } from './series';

/** Colours by what they mean; the page gives each of these names a value for light and for dark. */
const COLOURS = {
  '#111101': 'ink',
  '#111102': 'muted',
  '#111103': 'grid',
  '#111104': 'band',
  '#111105': 'rate',
  '#111106': 'p50',
  '#111107': 'p99',
  '#111108': 'longest',
  '#111109': 'bad',
  '#11110a': 'leader',
} as const;
type Colour = (typeof COLOURS)[keyof typeof COLOURS];

/** The values, for a page or a picture: `:root { ${light} }`. */
export const light =
  '--ink:#1f2937;--muted:#6b7280;--grid:#e5e7eb;--band:#fdf0d9;--rate:#2563eb;--p50:#0d9488;--p99:#6366f1;--longest:#b45309;--bad:#dc2626;--leader:#9ca3af;--page:#ffffff;--card:#f9fafb;--good:#15803d';
export const dark =
  '--ink:#e5e7eb;--muted:#9ca3af;--grid:#374151;--band:#33301f;--rate:#60a5fa;--p50:#2dd4bf;--p99:#a78bfa;--longest:#fbbf24;--bad:#f87171;--leader:#6b7280;--page:#111827;--card:#1f2937;--good:#4ade80';

const WIDTH = 1000;

function colour(name: Colour): string {
  return Object.entries(COLOURS).find(([, named]) => named === name)?.[0] ?? '#000000';
}

/** Throughput and latency over time, with faults, leaders and failures marked, as an SVG whose colours are variables. */
export async function chart(result: DrillResult, points: readonly Point[]): Promise<string> {
  // These are modules of another kind than this one, which only an import at run time can load.
  const [vega, lite] = await Promise.all([import('vega'), import('vega-lite')]);
  const specification = lite.compile(spec(result, points) as Parameters<typeof lite.compile>[0]).spec;
  const view = new vega.View(vega.parse(specification), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return Object.entries(COLOURS).reduce((text, [hex, name]) => text.replaceAll(hex, `var(--${name})`), svg);
}

function spec(result: DrillResult, points: readonly Point[]): object {
  const second = (at: number) => (at - result.started) / 1000;
  const end = second(result.ended);
  const faults = result.faults.map((fault, i) => ({
    from: second(fault.began),
    to: second(fault.ended),
    label: String(i + 1),
    good: isGood(fault),
  }));
  const leaders = result.leaders
    .slice(1)
    .map(({ at, member }) => ({ at: second(at), member }))
    .filter(({ at }) => at < end);
  const time = (title: string | null) => ({
    field: 'second',
    type: 'quantitative',
    title,
    scale: { domain: [0, end], nice: false },
    axis: title === null ? { labels: false, ticks: false } : {},
  });
  const bands = {
    data: { values: faults },
    mark: { type: 'rect', color: colour('band') },
    encoding: {
      x: { field: 'from', type: 'quantitative' },
      x2: { field: 'to' },
    },
  };
  const changes = {
    data: { values: leaders },
    mark: { type: 'rule', color: colour('leader'), strokeDash: [2, 3] },
    encoding: { x: { field: 'at', type: 'quantitative' } },
  };
  const line = (field: string, name: Colour) => ({
    mark: { type: 'line', color: colour(name), strokeWidth: 1.4 },
    encoding: { y: { field, type: 'quantitative' } },
  });
  const latency = [
    ...points.flatMap(({ second: at, p50, p99, longest }) =>
      Object.entries({ median: p50, p99: p99, longest }).flatMap(([name, value]) =>
        // Where nothing was answered a line has a gap.
        [{ second: at, name, value: value === undefined ? null : Math.max(0.1, value) }],
      ),
    ),
  ];
  const panel = { width: WIDTH - 80, encoding: {} };
  return {
    background: 'transparent',
    padding: 4,
    spacing: 12,
    config: {
      font: 'system-ui, Segoe UI, Helvetica, Arial, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: colour('muted'),
        titleColor: colour('ink'),
        gridColor: colour('grid'),
        domainColor: colour('grid'),
        tickColor: colour('grid'),
        titleFontWeight: 600,
      },
      legend: { labelColor: colour('ink'), titleColor: colour('ink'), orient: 'top', title: null },
    },
    resolve: { legend: { color: 'independent' } },
    vconcat: [
      {
        ...panel,
        height: 150,
        layer: [
          bands,
          {
            data: { values: faults },
            mark: {
              type: 'text',
              baseline: 'top',
              dy: 2,
              fontSize: 11,
              fontWeight: 600,
              color: colour('muted'),
            },
            encoding: {
              x: { field: 'mid', type: 'quantitative' },
              y: { value: 0 },
              text: { field: 'label' },
            },
            transform: [{ calculate: '(datum.from + datum.to) / 2', as: 'mid' }],
          },
          changes,
          {
            data: { values: points },
            ...line('rate', 'rate'),
            encoding: {
              x: time(null),
              y: { field: 'rate', type: 'quantitative', title: 'answers a second', scale: { zero: true } },
            },
          },
        ],
      },
      {
        ...panel,
        height: 190,
        layer: [
          bands,
          changes,
          {
            data: { values: latency },
            mark: { type: 'line', strokeWidth: 1.4 },
            encoding: {
              x: time(null),
              y: {
                field: 'value',
                type: 'quantitative',
                title: 'milliseconds',
                scale: { type: 'log', domainMin: 1 },
                axis: { values: [1, 10, 100, 1000, 10000], format: ',d' },
              },
              color: {
                field: 'name',
                type: 'nominal',
                sort: ['longest', 'p99', 'median'],
                scale: {
                  domain: ['longest', 'p99', 'median'],
                  range: [colour('longest'), colour('p99'), colour('p50')],
                },
              },
            },
          },
        ],
      },
      {
        ...panel,
        height: 70,
        layer: [
          bands,
          changes,
          {
            data: {
              values: points
                .filter(({ failed }) => failed > 0)
                .map(({ second: at, failed }) => ({ second: at, failed, none: 0 })),
            },
            mark: { type: 'rule', color: colour('bad'), strokeWidth: 2.5 },
            encoding: {
              x: time('seconds'),
              y: {
                field: 'failed',
                type: 'quantitative',
                title: 'failed',
                scale: { domainMin: 0, domainMax: Math.max(1, ...points.map(({ failed }) => failed)) },
                axis: { tickMinStep: 1, tickCount: 3 },
              },
              y2: { field: 'none' },
            },
          },
          {
            data: {
              values: [...result.lost, ...result.anomalies].map(({ at }) => ({ second: at / 1e9 })),
            },
            mark: { type: 'point', shape: 'diamond', filled: true, size: 120, color: colour('bad') },
            encoding: { x: { field: 'second', type: 'quantitative' }, y: { value: 8 } },
          },
        ],
      },
    ],
  };
}
