import type { Check } from './check';
import { commandCheck } from './command-check';
import { endToEnd } from './end-to-end';
import { goTests } from './go-test';
import { jest } from './jest';
import { onStages } from './on-stages';

const node = (tool: string) => `node_modules/.bin/${tool}`;

/** The Go modules of the project's own code; those of lib/local/parts hardly do more than start what others wrote. */
const modules = ['server', 'lib/drill/workload', 'lib/bench/driver'];
const toolsFrom = (module: string) => `${module.replace(/[^/]+/g, '..')}/test/tools/go.mod`;

/** Everything `berth test` checks, in order: what fails fast comes first. */
export const checks: readonly Check[] = [
  commandCheck('format', 'Format', [
    { name: 'prettier', command: node('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
    { name: 'gofmt', command: 'gofmt', args: ['-l', ...modules, 'lib/local/parts'], silent: true },
  ]),
  commandCheck('types', 'Types', [{ name: 'tsc', command: node('tsc'), args: [] }]),
  commandCheck('lint', 'Lint', [
    { name: 'eslint', command: node('eslint'), args: ['--max-warnings', '0', '.'] },
    ...modules.flatMap((directory) => [
      { name: `go vet ${directory}`, command: 'go', args: ['vet', './...'], directory },
      {
        name: `staticcheck ${directory}`,
        command: 'go',
        args: ['tool', `-modfile=${toolsFrom(directory)}`, 'staticcheck', './...'],
        directory,
      },
    ]),
  ]),
  { name: 'unit', title: 'TypeScript unit tests', run: (context) => jest('unit', context) },
  {
    name: 'templates',
    title: 'Templates of the account’s stacks: cfn-lint, checkov',
    run: (context) => jest('templates', context),
  },
  goTests(modules),
  endToEnd,
  onStages('rehearsed', 'The account, rehearsed'),
  onStages('released', 'Releases in the account, rehearsed', { onlyWhenNamed: true }),
];
