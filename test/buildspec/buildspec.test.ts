import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHASES, readBuildspec } from '../../lib/buildspec/buildspec';

const read = (yaml: string) => () => readBuildspec(yaml);

test.each([
  ['version: 0.1\nphases: {}', '  version: Invalid input: expected "0.2"'],
  ['version: 0.2\nphases: { test: { commands: [x] } }', '  phases: Unrecognized key: "test"'],
  ['version: 0.2\nphases: { build: { comands: [x] } }', '  phases.build: Unrecognized key: "comands"'],
  ['version: 0.2\nphases: {}\nenv: { shell: zsh }', '  env.shell: Invalid input: expected "bash"'],
  [
    'version: 0.2\nphases: {}\nenv: { shell: bash, secrets-manager: { A: b } }',
    '  env: Unrecognized key: "secrets-manager"',
  ],
  [
    'version: 0.2\nphases: { build: { on-failure: CONTINUE } }',
    '  phases.build.on-failure: Invalid input: expected "ABORT"',
  ],
  [
    `version: 0.2\nphases: {}\nreports: {${'abcdef'
      .split('')
      .map((name) => `${name}: { files: ['*'] }`)
      .join(', ')}}`,
    '  reports: allowed: at most 5',
  ],
])('what is wrong or not understood is refused with its place: %j', (yaml, message) => {
  expect(read(yaml)).toThrow(message);
});

test('what is no YAML is refused', () => {
  expect(read('version: [')).toThrow('buildspec.yml is not YAML: ');
});

describe('the buildspec of this project', () => {
  const spec = readBuildspec(readFileSync(join(__dirname, '..', '..', 'buildspec.yml'), 'utf8'));

  test('is understood', () => {
    expect(Object.keys(spec.phases)).toEqual(['install', 'pre_build', 'build', 'post_build']);
  });

  test('pushes nothing after a failure', () => {
    const pushing = PHASES.filter((name) =>
      spec.phases[name]?.commands.some((command) => command.includes('berth push')),
    );
    expect(pushing).toEqual(['post_build']);
    for (const name of PHASES) expect(spec.phases[name]?.['on-failure']).toBe('ABORT');
  });

  test('hands on the image by digest, and its commit', () => {
    expect(spec.env['exported-variables']).toEqual(['IMAGE', 'COMMIT']);
  });
});
