import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '..', '..', 'lib', 'rehearsal', 'layer-program.sh');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-layer-'));
  for (const name of ['kubectl', 'helm']) {
    mkdirSync(join(directory, 'layer', name), { recursive: true });
    // Without an execute bit, as the emulator unpacks it.
    writeFileSync(join(directory, 'layer', name, name), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o644 });
    copyFileSync(script, join(directory, name));
  }
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const call = (name: string, args: string[], layers: string) =>
  spawnSync(join(directory, name), args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], _LAMBDA_LAYERS_DIRS: layers, REHEARSAL_CHARTS: 'http://127.0.0.1:9' },
  });

test("a program of a Lambda's layers is run with the arguments it was given", () => {
  const layers = `${directory}/none:${directory}/layer`;
  expect(call('kubectl', ['apply', '-f', 'a b.yaml'], layers).stdout).toBe('apply\n-f\na b.yaml\n');
});

test('a program that no layer brings is not found, whatever this machine has', () => {
  expect(call('kubectl', ['version'], `${directory}/none`)).toMatchObject({ status: 127 });
});

test('a chart repository of the internet is asked of the rehearsal, and nothing else is changed', () => {
  const args = ['upgrade', 'r', 'chart', '--repo', 'https://example.org/charts', '--version', '1.2.3'];
  const told = call('helm', args, join(directory, 'layer')).stdout.trim().split('\n');
  expect(told).toEqual(
    args.map((arg) => (arg.startsWith('https') ? 'http://127.0.0.1:9/example.org/charts' : arg)),
  );
});

test('it is a shell script that any sh can read', () => {
  execFileSync('sh', ['-n', script]);
});
