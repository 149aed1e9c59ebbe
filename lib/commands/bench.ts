import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench as measureAll } from '../bench/bench';
import { FULL, QUICK } from '../bench/plan';
import { drawPlot } from '../bench/plot';
import { report } from '../bench/report';
import { prepareBench } from '../bench/requirements';
import { terminalProgress } from '../terminal/progress';
import { checkout } from './checkout';
import { print, printJson } from './output';
import { mustBeDirectory } from './place-to-write';

export interface BenchOptions {
  /** A short look, which is written down only with `to`. */
  readonly quick?: boolean;
  /** Directory of the page and the picture. */
  readonly to?: string;
  readonly json?: boolean;
}

/**
 * Measures the server beside others, and writes docs/benchmarks.md with a picture unless it was only a look.
 * @returns 1 if a run had requests that failed: its row says so
 */
export async function bench(options: BenchOptions): Promise<number> {
  const progress = terminalProgress();
  const to = options.to ?? (options.quick ? undefined : join(checkout, 'docs'));
  if (to !== undefined) mustBeDirectory('--to', to);
  await prepareBench(progress);
  const result = await measureAll(options.quick ? QUICK : FULL, checkout, progress);
  const text = report(result);
  if (options.json) printJson(result);
  else print(text);
  if (to !== undefined) {
    writeFileSync(join(to, 'benchmarks.svg'), await drawPlot(result));
    writeFileSync(join(to, 'benchmarks.md'), text);
    progress.note(`written: ${join(to, 'benchmarks.md')} and ${join(to, 'benchmarks.svg')}`);
  }
  return result.rows.some(({ error }) => error !== undefined) ? 1 : 0;
}
