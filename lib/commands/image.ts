import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, type BuiltImage } from '../image/build';
import { checkWhereItRuns } from '../image/check';
import { imageRequirements } from '../image/requirements';
import { writeSbom } from '../image/sbom';
import { thisArchitecture, type Architecture } from '../image/source';
import { scanForVulnerabilities, type Scan, type Vulnerability } from '../image/vulnerabilities';
import { emptyOutputFolder, outputFolder } from '../process/output-folder';
import { installMissing } from '../requirements/install';
import { terminalProgress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { print, printJson } from './output';
import type { ScanRule } from './settings';

export interface ImageOptions {
  readonly architecture?: Architecture;
  /** What makes the scan fail, which there is only with `output`. Default `when-reachable`. */
  readonly scan?: ScanRule;
  /** Folder for the list of contents and the answer of the scan; an earlier output in it is replaced. */
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * Builds the image and shows that it may be pushed: it holds what it should, runs and answers, and nothing is known
 * against what is in it.
 */
export async function image(options: ImageOptions): Promise<number> {
  // Bad input is told before anything is built.
  if (options.scan !== undefined && options.output === undefined) {
    throw new UserError(
      `--scan ${options.scan} is for the scan that --output makes, and there is none; allowed: with --output FOLDER, or neither`,
      { exitCode: 2 },
    );
  }
  const output = options.output === undefined ? undefined : outputFolder(options.output);
  const progress = terminalProgress();
  await installMissing(await imageRequirements(), progress);
  const { architecture = thisArchitecture() } = options;
  const built = await buildImage({ checkout, progress, architecture });
  await checkWhereItRuns(built, architecture, progress);
  if (output === undefined) return tell(built, options);

  emptyOutputFolder(output);
  const packages = await writeSbom(built, checkout, join(output, 'sbom.spdx.json'), progress);
  const scan = await progress.step('Look for known vulnerabilities', async (detail) => {
    const result = await scanForVulnerabilities(checkout, join(output, 'vulnerabilities.json'));
    detail(result.reached ? `${result.vulnerabilities.length} in what the server calls` : 'not done');
    return result;
  });
  const { reference, digest } = built;
  writeFileSync(
    join(output, 'image.json'),
    `${JSON.stringify({ reference, digest, architecture, packages, scan }, null, 2)}\n`,
  );
  const verdict = judge(scan, options.scan ?? 'when-reachable');
  if (verdict.note !== undefined) progress.note(verdict.note);
  if (verdict.refusal !== undefined) throw new UserError(verdict.refusal);
  return tell(built, options, { packages, scan, output });
}

/** What is said of a scan, and whether it forbids to go on. */
export function judge(scan: Scan, rule: ScanRule): { note?: string; refusal?: string } {
  if (!scan.reached) {
    const what = `not scanned for vulnerabilities: ${scan.database} cannot be reached: ${scan.reason}`;
    if (rule !== 'required') return { note: `The image is ${what}` };
    return {
      refusal: `the image is ${what}\n  fix: name a copy of it in GOVULNDB, or go on without: --scan when-reachable`,
    };
  }
  if (scan.vulnerabilities.length === 0) return {};
  const list = scan.vulnerabilities.map(describe).join('\n');
  if (rule === 'report') return { note: `Known vulnerabilities in what the server calls:\n${list}` };
  return {
    refusal: `known vulnerabilities in what the server calls:\n${list}\n  to go on all the same: --scan report`,
  };
}

function describe({ id, summary, module, fixed, trace }: Vulnerability): string {
  const fix = fixed === undefined ? 'not fixed yet' : `fixed in ${fixed}`;
  const [from = '', to = ''] = [trace[0], trace.at(-1)];
  return `  ${id} ${summary}\n    in ${module}, ${fix}; ${from} calls ${to}; https://pkg.go.dev/vuln/${id}`;
}

function tell(built: BuiltImage, { json }: ImageOptions, more: object = {}): number {
  const { reference, digest, archive, standIn, cached } = built;
  if (json) printJson({ reference, digest, archive, standIn, cached, ...more });
  else print(reference);
  return 0;
}
