import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../process/run';
import { coverageReport, junitReport } from './reports';

/** Turns what `go test` says into the formats that CI servers read. */
export class GoReport {
  /** Flags of `go test` for the module whose coverage is reported. */
  readonly coverageFlags: readonly string[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'berth-go-report-'));
  private readonly profile = join(this.folder, 'cover.out');
  private readonly events: string[] = [];

  constructor(
    private readonly checkout: string,
    private readonly reports: string,
  ) {
    // The race detector asks for atomic counters.
    this.coverageFlags = ['-covermode=atomic', `-coverprofile=${this.profile}`];
  }

  /** One line of `go test -json`. */
  take(event: string): void {
    this.events.push(event);
  }

  /** @param module folder of the module that was tested with `coverageFlags` */
  async write(module: string, log: string): Promise<void> {
    const tool = (name: string, args: readonly string[], input: string) =>
      run('go', ['tool', `-modfile=${this.checkout}/test/tools/go.mod`, name, ...args], {
        ...{ cwd: module, log, input },
      });
    const junit = ['-parser', 'gojson', '-out', junitReport(this.reports, 'go')];
    await tool('go-junit-report', junit, `${this.events.join('\n')}\n`);
    // There is none where the tests did not compile.
    if (!existsSync(this.profile)) return;
    const coverage = await tool('gocover-cobertura', [], readFileSync(this.profile, 'utf8'));
    writeFileSync(coverageReport(this.reports, 'go'), coverage);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
