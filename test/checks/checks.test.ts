import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Check, CheckContext } from '../../lib/checks/check';
import { checks } from '../../lib/checks/checks';
import { commandCheck } from '../../lib/checks/command-check';
import { goTests } from '../../lib/checks/go-test';
import { jest as jestCheck } from '../../lib/checks/jest';
import { runChecks } from '../../lib/checks/run-checks';
import { silent } from '../../lib/terminal/progress';

/** A checkout with these files, for a check to run in. */
let checkout = '';
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'berth-checks-'));
});
afterEach(() => {
  rmSync(checkout, { recursive: true });
});
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), text);
};
const context = () => ({ checkout, log: join(checkout, 'log'), detail: () => undefined });
const run = (check: Check) => check.run(context());

/** The same, with reports; returns the files that were written. */
async function reportsOf(check: (given: CheckContext) => Promise<unknown>): Promise<string[]> {
  const reports = join(checkout, 'reports');
  for (const folder of ['tests', 'coverage']) mkdirSync(join(reports, folder), { recursive: true });
  await check({ ...context(), reports });
  return readdirSync(reports, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xml'))
    .sort();
}
const report = (name: string) => readFileSync(join(checkout, 'reports', name), 'utf8');

describe('a check of commands', () => {
  const sh = (name: string, script: string) => ({ name, command: 'sh', args: ['-c', script] });

  test('counts each command, and goes on after one that fails', async () => {
    const check = commandCheck('x', 'X', [
      sh('one', 'exit 0'),
      sh('two', 'echo wrong; exit 1'),
      sh('three', 'echo fine'),
    ]);
    expect(await run(check)).toEqual({ passed: 2, failed: 1, failures: ['two: wrong'] });
    expect(readFileSync(context().log, 'utf8')).toContain('fine');
  });

  test('fails a silent command that lists something', async () => {
    const check = commandCheck('x', 'X', [{ ...sh('gofmt', 'echo a.go; echo b.go'), silent: true }]);
    expect(await run(check)).toMatchObject({ failed: 1, failures: ['gofmt: a.go, b.go'] });
  });
});

describe('the check of the Go tests', () => {
  const goTest = goTests(['server']);
  beforeEach(() => {
    write('server/go.mod', 'module example.com/x\n\ngo 1.26\n');
  });

  test('counts tests and says what a failed one said', async () => {
    write(
      'server/x_test.go',
      'package x\nimport "testing"\nfunc TestGood(t *testing.T) {}\nfunc TestBad(t *testing.T) { t.Error("the reason") }\n',
    );
    const outcome = await run(goTest);
    expect(outcome).toMatchObject({ passed: 1, failed: 1 });
    expect(outcome.failures[0]).toContain('the reason');
  });

  test('runs every module, whatever became of the one before', async () => {
    write('server/x_test.go', 'package x\nfunc TestGood(t *testing.T) {}\n');
    write('other/go.mod', 'module example.com/y\n\ngo 1.26\n');
    write('other/y_test.go', 'package y\nimport "testing"\nfunc TestGood(t *testing.T) {}\n');
    expect(await run(goTests(['server', 'other', 'nowhere']))).toMatchObject({ passed: 1, failed: 2 });
  });

  test('fails when a package does not build, with what the compiler says', async () => {
    write('server/x_test.go', 'package x\nfunc TestGood(t *testing.T) {}\n');
    const outcome = await run(goTest);
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.failures[0]).toContain('undefined: testing');
  });
});

test('the check of the Go tests reports each test of every module, and coverage of the first', async () => {
  mkdirSync(join(checkout, 'test'));
  symlinkSync(join(__dirname, '..', 'tools'), join(checkout, 'test', 'tools'));
  for (const [module, body] of Object.entries({ server: '', other: 't.Error("the reason")' })) {
    write(`${module}/go.mod`, `module example.com/${module}\n\ngo 1.26\n`);
    write(`${module}/x.go`, 'package x\n\nfunc One() int { return 1 }\n');
    write(
      `${module}/x_test.go`,
      `package x\nimport "testing"\nfunc TestIn${module}(t *testing.T) { One(); ${body} }\n`,
    );
  }
  const files = await reportsOf((given) => goTests(['server', 'other']).run(given));
  expect(files).toEqual(['coverage/go.xml', 'tests/go.xml']);
  expect(report('tests/go.xml')).toMatch(/<testcase name="TestInserver" classname="example.com\/server"/);
  expect(report('tests/go.xml')).toMatch(/<testcase name="TestInother"[\s\S]*<failure[\s\S]*the reason/);
  expect(report('coverage/go.xml')).toContain('<coverage line-rate="1"');
});

describe('the check of the TypeScript tests', () => {
  const jestIn = async (test: string, given: CheckContext = context(), settings = '') => {
    symlinkSync(join(__dirname, '..', '..', 'node_modules'), join(checkout, 'node_modules'));
    write(
      'jest.config.js',
      `module.exports = { projects: [{ displayName: 'unit', testMatch: ['**/*.test.js'], ${settings} }] };\n`,
    );
    write('a.test.js', test);
    return jestCheck('unit', given);
  };

  test('counts tests and says what a failed one said', async () => {
    const outcome = await jestIn(
      "test('good', () => {});\ntest('bad', () => { throw new Error('the reason'); });\n",
    );
    expect(outcome).toMatchObject({ passed: 1, failed: 1 });
    expect(outcome.failures[0]).toMatch(/^bad\n.*the reason/);
  });

  test('reports each test, and coverage, also where one fails', async () => {
    write('one.js', 'module.exports = () => 1;\n');
    const files = await reportsOf((given) =>
      jestIn(
        "const one = require('./one');\ntest('good', () => { one(); });\ntest('bad', () => { throw new Error('the reason'); });\n",
        given,
      ),
    );
    expect(files).toEqual(['coverage/typescript.xml', 'tests/unit.xml']);
    expect(report('tests/unit.xml')).toMatch(/<testcase[^>]* name="good"/);
    expect(report('tests/unit.xml')).toMatch(/<failure>Error: the reason/);
    expect(report('coverage/typescript.xml')).toContain('one.js');
  });

  test('fails, and does not wait for ever, when tests leave something open that keeps jest from exiting', async () => {
    const outcome = await jestIn(
      "test('good', () => { require('node:http').createServer().listen(0, '127.0.0.1'); });\n",
    );
    expect(outcome).toMatchObject({ passed: 1, failed: 1 });
    expect(outcome.failures[0]).toContain('jest did not exit');
  });

  test('fails when jest does although every test passed', async () => {
    write('after.js', 'module.exports = () => { process.exitCode = 3; };\n');
    const after = "globalTeardown: '<rootDir>/after.js'";
    const outcome = await jestIn("test('good', () => {});\n", context(), after);
    expect(outcome).toEqual({
      passed: 1,
      failed: 1,
      failures: [expect.stringContaining('jest ended with 3')],
    });
  });

  test('fails when a file cannot be loaded', async () => {
    const outcome = await jestIn("require('./nowhere');\n");
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.failures[0]).toContain('nowhere');
  });
});

test('every check has a name of its own', () => {
  const names = checks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe('running checks', () => {
  const place = () => ({ checkout, logOf: (name: string) => join(checkout, name) });
  const check = (name: string, work: () => Promise<number> | number): Check => ({
    name,
    title: name,
    run: async () => ({ passed: await work(), failed: 0, failures: [] }),
  });

  test('one that mostly waits is begun before the others and told after them', async () => {
    const begun: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = check('slow', async () => {
      begun.push('slow');
      await held;
      return 1;
    });
    const quick = check('quick', () => {
      begun.push('quick');
      release();
      return 2;
    });
    const results = await runChecks([{ ...slow, mostlyWaits: true }, quick], place(), silent);
    expect(begun).toEqual(['slow', 'quick']);
    expect(results.map(({ name, passed }) => [name, passed])).toEqual([
      ['quick', 2],
      ['slow', 1],
    ]);
  });

  test('one that cannot be run counts as a failure, and the others go on', async () => {
    const broken = check('broken', () => {
      throw new Error('no such program');
    });
    const results = await runChecks(
      [{ ...broken, mostlyWaits: true }, broken, check('sound', () => 1)],
      place(),
      silent,
    );
    expect(results.map(({ name, failures }) => [name, ...failures])).toEqual([
      ['broken', 'no such program'],
      ['sound'],
      ['broken', 'no such program'],
    ]);
  });
});
