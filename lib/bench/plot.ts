import type { TopLevelSpec } from 'vega-lite';
import { BERTH, EMPTY, type Result } from './result';
import { heading, sectionsOf } from './report';

/** Color of each server: ours stands out, and all can be told apart by those who do not see red or green. */
const COLORS: Readonly<Record<string, string>> = {
  [BERTH]: '#0b6e99',
  etcd: '#e69f00',
  PostgreSQL: '#a6a6a6',
};

/** The picture as data: a panel for each table, with requests a second by number of clients. */
export function plotSpec({ rows, date, machine }: Result): TopLevelSpec {
  const compared = rows.filter(({ system, error }) => system !== EMPTY && error === undefined);
  const panels = sectionsOf(compared).map((section) => ({
    title: { text: heading(section.members, section.operation), fontSize: 13, anchor: 'start' as const },
    width: 270,
    height: 150,
    data: { values: section.rows.map(({ system, clients, rate }) => ({ system, clients, rate })) },
    encoding: {
      x: { field: 'clients', type: 'ordinal' as const, title: 'clients', axis: { labelAngle: 0 } },
      xOffset: { field: 'system', sort: Object.keys(COLORS) },
      y: {
        field: 'rate',
        type: 'quantitative' as const,
        title: 'requests/s',
        // Room for the figure over the tallest bar, beside which its panel's title would be pushed up.
        scale: { domainMax: Math.max(...section.rows.map(({ rate }) => rate)) * 1.1, nice: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar' as const },
        encoding: {
          color: {
            field: 'system',
            type: 'nominal' as const,
            title: null,
            scale: { domain: Object.keys(COLORS), range: Object.values(COLORS) },
            legend: { orient: 'top' as const },
          },
        },
      },
      {
        mark: { type: 'text' as const, baseline: 'bottom' as const, dy: -2, fontSize: 8 },
        encoding: { text: { field: 'rate', type: 'quantitative' as const, format: '.2~s' } },
      },
    ],
  }));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: {
      text: 'Requests a second, 256-byte documents',
      subtitle: `${date}, ${machine.cores} cores for servers and clients together`,
      anchor: 'start',
      offset: 14,
    },
    background: 'white',
    padding: 12,
    columns: 2,
    spacing: 28,
    concat: panels,
    resolve: { scale: { y: 'independent', color: 'shared' } },
    config: { view: { stroke: null }, axis: { grid: true, gridOpacity: 0.5 }, font: 'sans-serif' },
  };
}

/** The picture as SVG. */
export async function drawPlot(result: Result): Promise<string> {
  // Both are ES modules only.
  const [vega, lite] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(lite.compile(plotSpec(result)).spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}
