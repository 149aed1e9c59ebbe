import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBuildspec } from '../../lib/buildspec/buildspec';
import { runBuild } from '../../lib/buildspec/run-build';
import { silent } from '../../lib/terminal/progress';

const folder = mkdtempSync(join(tmpdir(), 'berth-run-build-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;

/** Runs a buildspec in a folder of its own, and tells also what its commands wrote to the file `said`. */
async function build(yaml: string, variables: Readonly<Record<string, string>> = {}) {
  count += 1;
  const source = join(folder, `${count}`, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'said'), '');
  const output = join(folder, `${count}`, 'output');
  const log = join(folder, `${count}`, 'build.log');
  const result = await runBuild({
    spec: readBuildspec(`version: 0.2\n${yaml}`),
    ...{ source, output, log, variables, progress: silent },
    environment: { PATH: process.env['PATH'] ?? '', PERSON: 'anna' },
    commit: 'c0ffee',
  });
  const said = readFileSync(join(source, 'said'), 'utf8').trim().split('\n');
  return { ...result, said, output, log: readFileSync(log, 'utf8') };
}

/** Four phases that say their names; the given ones replace theirs. */
const phases = (changed: Readonly<Record<string, string>> = {}): string =>
  [
    'phases:',
    ...['install', 'pre_build', 'build', 'post_build'].map(
      (name) => `  ${name}: ${changed[name] ?? `{ commands: ['echo ${name} >> said'] }`}`,
    ),
  ].join('\n');

describe('phases', () => {
  test('run in order, whatever their order in the file', async () => {
    const {
      said,
      succeeded,
      phases: ran,
    } = await build(
      'phases: { build: { commands: [echo build >> said] }, install: { commands: [echo install >> said] } }',
    );
    expect(said).toEqual(['install', 'build']);
    expect(succeeded).toBe(true);
    expect(ran.map(({ phase, succeeded: ok }) => [phase, ok])).toEqual([
      ['install', true],
      ['build', true],
    ]);
  });

  test.each(['install', 'pre_build'])('after a %s that failed nothing runs', async (name) => {
    const { said, succeeded, phases: ran } = await build(phases({ [name]: '{ commands: [exit 3] }' }));
    expect(said).not.toContain('build');
    expect(said).not.toContain('post_build');
    expect(succeeded).toBe(false);
    expect(ran.at(-1)).toMatchObject({ phase: name, succeeded: false });
  });

  test('after a build that failed post_build runs all the same, and is told', async () => {
    const { said, succeeded } = await build(
      phases({
        build: "{ commands: ['false'] }",
        post_build: "{ commands: ['echo succeeding=$CODEBUILD_BUILD_SUCCEEDING >> said'] }",
      }),
    );
    expect(said).toEqual(['install', 'pre_build', 'succeeding=0']);
    expect(succeeded).toBe(false);
  });

  test('after a build that failed with on-failure: ABORT post_build does not run', async () => {
    const { said } = await build(phases({ build: "{ on-failure: ABORT, commands: ['false'] }" }));
    expect(said).toEqual(['install', 'pre_build']);
  });
});

describe('commands', () => {
  test('end their phase when one fails, but for its finally', async () => {
    const { said, phases: ran } = await build(
      "phases: { build: { commands: [echo one >> said, 'false', echo three >> said], finally: [echo finally >> said] } }",
    );
    expect(said).toEqual(['one', 'finally']);
    expect(ran).toMatchObject([{ phase: 'build', succeeded: false }]);
  });

  test('fail their phase in its finally as well', async () => {
    const { succeeded } = await build("phases: { build: { commands: ['true'], finally: ['false'] } }");
    expect(succeeded).toBe(false);
  });

  test('share one shell: what one exports and where it goes, the next ones find, in later phases too', async () => {
    const { exported } = await build(
      [
        'env: { shell: bash, exported-variables: [PLACE, GIVEN, NEVER] }',
        'phases: { install: { commands: [mkdir below, cd below, \'export GIVEN="two words"\'] },',
        "  build: { commands: ['export PLACE=$(basename $PWD)'] } }",
      ].join('\n'),
    );
    expect(exported).toEqual({ PLACE: 'below', GIVEN: 'two words' });
  });

  test('of several lines have the status of the last one', async () => {
    const { succeeded, said } = await build(
      'phases:\n  build:\n    commands:\n      - |\n        false\n        echo went on >> said\n',
    );
    expect(said).toEqual(['went on']);
    expect(succeeded).toBe(true);
  });

  test('that fail are told with their status and the line that matters', async () => {
    const { phases: ran, log } = await build(
      "phases: { build: { commands: ['echo working; echo error: no space left >&2; echo bye; (exit 4)'] } }",
    );
    expect(ran[0]?.failure).toBe(
      'echo working; echo error: no space left >&2; echo bye; (exit 4): exit status 4: error: no space left',
    );
    expect(log).toContain('[build] $ echo working');
  });

  test('that end the shell fail with that status, and what comes after gets another shell', async () => {
    const { phases: ran, said } = await build(
      "phases: { build: { commands: [exit 7], finally: ['echo still here >> said'] } }",
    );
    expect(ran[0]?.failure).toBe('exit 7: exit status 7: (it printed nothing)');
    expect(said).toEqual(['still here']);
  });
});

describe('variables', () => {
  const say =
    "phases: { build: { commands: ['echo $COLOUR $PERSON $CODEBUILD_RESOLVED_SOURCE_VERSION >> said'] } }";

  test('are those of the buildspec, below those that the project sets', async () => {
    const env = 'env: { shell: bash, variables: { COLOUR: blue, PERSON: bob } }\n';
    expect((await build(env + say)).said).toEqual(['blue bob c0ffee']);
    expect((await build(env + say, { COLOUR: 'red' })).said).toEqual(['red bob c0ffee']);
  });

  test('are exported as they were left, with every character', async () => {
    const value = `it's "two"\n lines $HOME \\ `;
    const { exported } = await build(
      'env: { shell: bash, exported-variables: [COPY] }\nphases: { build: { commands: [\'export COPY="$ORIGINAL"\'] } }',
      { ORIGINAL: value },
    );
    expect(exported).toEqual({ COPY: value });
  });
});

describe('what a build leaves', () => {
  const make =
    'phases: { build: { commands: [mkdir -p out/deep, echo 1 > out/a.xml, echo 2 > out/deep/b.xml, echo 3 > out/c.txt] } }';

  test('are the artifacts that the patterns name, by their paths below the base directory', async () => {
    const { artifacts, output } = await build(`${make}\nartifacts: { base-directory: out, files: ['**/*'] }`);
    expect(artifacts).toEqual(['a.xml', 'c.txt', 'deep/b.xml']);
    expect(readFileSync(join(output, 'artifacts/deep/b.xml'), 'utf8')).toBe('2\n');
    expect((await build(`${make}\nartifacts: { files: ['out/*.xml'] }`)).artifacts).toEqual(['out/a.xml']);
    const flat = await build(`${make}\nartifacts: { files: ['**/*.xml'], discard-paths: yes }`);
    expect(flat.artifacts).toEqual(['a.xml', 'b.xml']);
  });

  test('replaces an earlier output and nothing else', async () => {
    const output = join(folder, `${count + 1}`, 'output');
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, 'mine'), 'mine');
    await expect(build(make)).rejects.toThrow(`--output is "${output}", a folder with something else in it`);
    expect(readFileSync(join(output, 'mine'), 'utf8')).toBe('mine');
    rmSync(join(output, 'mine'));
    const all = `${make}\nartifacts: { base-directory: out, files: ['**/*'] }`;
    for (const files of ['**/*', '*.xml']) {
      count -= 1;
      await build(all.replace('**/*', files));
    }
    expect(readdirSync(join(output, 'artifacts'))).toEqual(['a.xml']);
  });

  test('and are missed where there are none', async () => {
    const { succeeded, phases: ran } = await build(`${make}\nartifacts: { files: ['*.zip'] }`);
    expect(succeeded).toBe(false);
    expect(ran.at(-1)).toMatchObject({
      phase: 'upload_artifacts',
      failure: 'no matching artifact paths found: *.zip',
    });
  });

  test('are the reports also of a build that failed, and of one that never reached its build phase', async () => {
    const reports = "\nreports: { tests: { base-directory: out, files: ['**/*.xml'] } }";
    const failed = await build(make.replace('out/c.txt]', "out/c.txt, 'false']") + reports);
    expect(failed.reports).toEqual({ tests: ['a.xml', 'deep/b.xml'] });
    const early = await build(
      make.replace('build:', 'pre_build:').replace('c.txt]', "c.txt, 'false']") + reports,
    );
    expect(early.reports).toEqual({ tests: ['a.xml', 'deep/b.xml'] });
  });

  test('are no artifacts where the build phase was never reached', async () => {
    const { artifacts, phases: ran } = await build(
      "phases: { pre_build: { commands: [echo 1 > a, 'false'] } }\nartifacts: { files: [a] }",
    );
    expect(artifacts).toEqual([]);
    expect(ran.map(({ phase }) => phase)).toEqual(['pre_build']);
  });
});
