import type { Check } from './check';
import { commandCheck } from './command-check';
import { endToEnd } from './end-to-end';
import { goTest } from './go-test';
import { jest } from './jest';

const node = (tool: string) => `node_modules/.bin/${tool}`;

/** Everything `berth test` checks, in order: what fails fast comes first. */
export const checks: readonly Check[] = [
  commandCheck('format', 'Format', [
    { name: 'prettier', command: node('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
    { name: 'gofmt', command: 'gofmt', args: ['-l', 'server', 'lib/local/parts'], silent: true },
  ]),
  commandCheck('types', 'Types', [{ name: 'tsc', command: node('tsc'), args: [] }]),
  commandCheck('lint', 'Lint', [
    { name: 'eslint', command: node('eslint'), args: ['--max-warnings', '0', '.'] },
    { name: 'go vet', command: 'go', args: ['vet', './...'], directory: 'server' },
    {
      name: 'staticcheck',
      command: 'go',
      args: ['tool', '-modfile=../test/tools/go.mod', 'staticcheck', './...'],
      directory: 'server',
    },
  ]),
  { name: 'unit', title: 'TypeScript unit tests', run: (context) => jest('unit', context) },
  goTest,
  endToEnd,
];
