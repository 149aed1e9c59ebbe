import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { parse, stringify } from 'yaml';
import { listen, type Listening } from './listening';

/** A chart that was asked for, as far as its repository hears of it. */
export interface ChartRequest {
  readonly repository: string;
  readonly file: string;
}

export interface ChartRepository extends Listening {
  /** Begins the address of every repository; the real one's host and path follow. */
  readonly address: string;
  readonly fetched: readonly ChartRequest[];
}

interface PackedChart {
  readonly name: string;
  readonly version: string;
  readonly archive: Buffer;
}

const CHARTS = join(__dirname, 'charts');

/** Repositories by host and path, with the charts of each that something stands in for. */
const REPOSITORIES: Readonly<Record<string, readonly string[]>> = {
  'aws.github.io/eks-charts': ['aws-load-balancer-controller'],
  'charts.external-secrets.io': ['external-secrets'],
};

/**
 * Serves the chart repositories of the internet to the real helm of the kubectl layer, which therefore checks the values
 * against a schema, makes a release and takes it away as it would from the real ones. In them are stand-ins for charts,
 * each of one version: another version, or a chart nobody stands in for, is not found and fails the deployment.
 */
export async function startChartRepository(): Promise<ChartRepository> {
  const packed = new Map<string, PackedChart[]>();
  for (const [repository, charts] of Object.entries(REPOSITORIES)) {
    packed.set(repository, await Promise.all(charts.map((chart) => packChart(join(CHARTS, chart)))));
  }
  const fetched: ChartRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const [, repository = '', file = ''] = /^\/(.+)\/([^/]+)$/.exec(incoming.url ?? '') ?? [];
    const charts = packed.get(repository.replace(/\/$/, ''));
    if (charts && file === 'index.yaml') {
      outgoing.end(indexOf(charts));
      return;
    }
    const chart = charts?.find((one) => file === fileOf(one));
    if (!chart) {
      outgoing.writeHead(404).end(`the rehearsal has no stand-in for ${repository}/${file}`);
      return;
    }
    fetched.push({ repository, file });
    outgoing.end(chart.archive);
  });
  const listening = await listen(server, '127.0.0.1');
  return { ...listening, address: `http://127.0.0.1:${listening.port}`, fetched };
}

const fileOf = ({ name, version }: PackedChart): string => `${name}-${version}.tgz`;

function indexOf(charts: readonly PackedChart[]): string {
  const entries = charts.map((chart) => [
    chart.name,
    [
      {
        apiVersion: 'v2',
        name: chart.name,
        version: chart.version,
        urls: [fileOf(chart)],
        digest: createHash('sha256').update(chart.archive).digest('hex'),
      },
    ],
  ]);
  return stringify({ apiVersion: 'v1', entries: Object.fromEntries(entries) as unknown });
}

async function packChart(directory: string): Promise<PackedChart> {
  const { name, version } = parse(readFileSync(join(directory, 'Chart.yaml'), 'utf8')) as PackedChart;
  const archive = pack();
  const packing = buffer(archive.pipe(createGzip()));
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(?:yaml|json)$/.test(file)) continue;
    archive.entry({ name: `${name}/${file}` }, readFileSync(join(directory, file)));
  }
  archive.finalize();
  return { name, version, archive: await packing };
}
