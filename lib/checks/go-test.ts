import { CommandFailed, run } from '../process/run';
import type { Check } from './check';
import { GoReport } from './go-report';

/** One event of `go test -json`: https://pkg.go.dev/cmd/test2json */
interface Event {
  readonly Action: string;
  readonly Package?: string;
  readonly ImportPath?: string;
  readonly Test?: string;
  readonly Output?: string;
}

/**
 * The Go tests of some modules under the race detector; subtests count. Reports coverage of the first module, which is
 * the product; the others are tools.
 */
export const goTests = (modules: readonly string[]): Check => ({
  name: 'go',
  title: 'Go tests, with the race detector',
  async run({ checkout, log, detail, reports }) {
    const report = reports === undefined ? undefined : new GoReport(checkout, reports);
    const failures: string[] = [];
    const output = new Map<string, string>();
    let passed = 0;
    const take = (line: string) => {
      const event = parse(line);
      if (!event) return;
      report?.take(line);
      // The compiler speaks of `package [package.test]`, before the package itself is said to fail.
      const unit = event.Package ?? event.ImportPath?.split(' ')[0] ?? '';
      const name = `${unit} ${event.Test ?? ''}`.trim();
      if (event.Action.endsWith('output')) output.set(name, (output.get(name) ?? '') + (event.Output ?? ''));
      if (event.Action === 'pass' && event.Test !== undefined) {
        passed += 1;
        detail(`${passed} passed`);
      }
      // A package that fails without a test of its own failing did not build, or ended early.
      const own =
        event.Test !== undefined || !failures.some((failure) => failure.startsWith(event.Package ?? ''));
      if (event.Action === 'fail' && own) failures.push(`${name}\n    ${lastLines(output.get(name))}`);
    };
    try {
      for (const module of modules) {
        const before = failures.length;
        const coverage = module === modules[0] && report ? report.coverageFlags : [];
        try {
          await run('go', ['test', '-race', '-timeout=30m', '-json', ...coverage, './...'], {
            cwd: `${checkout}/${module}`,
            log,
            onLine: take,
          });
        } catch (error) {
          if (!(error instanceof CommandFailed)) throw error;
          if (failures.length === before) failures.push(error.message);
        }
      }
      await report?.write(`${checkout}/${modules[0] ?? ''}`, log);
    } finally {
      report?.remove();
    }
    return { passed, failed: failures.length, failures };
  },
});

function parse(line: string): Event | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}

function lastLines(text = ''): string {
  return text.trim().split('\n').slice(-8).join('\n    ');
}
