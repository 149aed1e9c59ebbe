import { parse } from 'yaml';
import { startChartRepository, type ChartRepository } from '../../lib/rehearsal/chart-repository';

let charts: ChartRepository;
beforeEach(async () => {
  charts = await startChartRepository();
});
afterEach(() => charts.close());

interface Index {
  readonly entries: Readonly<Record<string, readonly { version: string; urls: readonly string[] }[]>>;
}

test('a repository serves its charts under the path of the real one', async () => {
  const repository = `${charts.address}/aws.github.io/eks-charts`;
  const index = parse(await (await fetch(`${repository}/index.yaml`)).text()) as Index;
  const [chart] = index.entries['aws-load-balancer-controller'] ?? [];
  expect(chart?.version).toMatch(/^\d+\.\d+\.\d+$/);
  const archive = await fetch(`${repository}/${chart?.urls[0] ?? ''}`);
  expect(archive.status).toBe(200);
  expect(charts.fetched).toEqual([{ repository: 'aws.github.io/eks-charts', file: chart?.urls[0] }]);
});

test('a repository or version that nothing stands in for is not there', async () => {
  const missing = [
    'aws.github.io/other/index.yaml',
    'aws.github.io/eks-charts/aws-load-balancer-controller-0.1.0.tgz',
  ];
  for (const path of missing) expect((await fetch(`${charts.address}/${path}`)).status).toBe(404);
  expect(charts.fetched).toEqual([]);
});
