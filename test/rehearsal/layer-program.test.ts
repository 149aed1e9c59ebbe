import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
    env: {
      PATH: process.env['PATH'],
      _LAMBDA_LAYERS_DIRS: layers,
      REHEARSAL_CHARTS: 'http://127.0.0.1:9',
      REHEARSAL_PROGRAMS: join(directory, 'programs'),
    },
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

test('the AWS CLI of a layer is kept, so that the next Lambda with the same one does not compile it again', () => {
  const brought = (layer: string, says: string, checksum: string) => {
    const at = join(directory, layer, 'awscli');
    mkdirSync(join(at, 'awscli.dist-info'), { recursive: true });
    writeFileSync(join(at, 'awscli.dist-info', 'RECORD'), checksum);
    writeFileSync(join(at, 'says.py'), `TEXT = '${says}'\n`);
    writeFileSync(join(at, 'aws'), 'import sys, says\nprint(says.__file__, says.TEXT, *sys.argv[1:])\n');
    return join(directory, layer);
  };
  copyFileSync(script, join(directory, 'aws'));
  const said = ['one', 'again', 'other'].map((layer) => {
    const version = layer === 'other' ? '2' : '1';
    return call('aws', ['eks', 'a b'], brought(layer, version, `says.py,sha256=${version}`)).stdout;
  });
  expect(said[0]).toMatch(/^\S+says\.py 1 eks a b\n$/);
  expect(said[1]).toBe(said[0]);
  expect(said[2]).toMatch(/ 2 eks a b\n$/);
  expect(readdirSync(join(directory, 'programs')).filter((name) => !name.endsWith('.pycache'))).toHaveLength(
    2,
  );
});

test('it is a shell script that any sh can read', () => {
  execFileSync('sh', ['-n', script]);
});
