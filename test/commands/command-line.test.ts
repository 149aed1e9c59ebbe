import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const berth = join(__dirname, '..', '..', 'bin', 'berth');
const state = mkdtempSync(join(tmpdir(), 'berth-state-'));
const call = (...args: string[]) => {
  const result = spawnSync(berth, args, {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { ...process.env, XDG_STATE_HOME: state },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
};
afterAll(() => {
  rmSync(state, { recursive: true });
});

describe('the command line', () => {
  test('explains itself and every command', () => {
    const help = call('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    const others = ['export', 'roll', 'scale', 'drill', 'test', 'doctor'];
    const releasing = ['push', 'release', 'rollback', 'releases'];
    for (const command of ['up', 'down', 'status', ...releasing, ...others]) {
      expect(help.out).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect(call(command, '--help')).toMatchObject({ code: 0, err: '' });
    }
  });

  test.each(['up', 'scale'])('%s --help names every target there is', (command) => {
    const help = call(command, '--help').out.replace(/\s+/g, ' ');
    expect(help).toContain('minikube, minikube:PROFILE, context:NAME or local');
  });

  test.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['up', '--nodez', '3'], "unknown option '--nodez'"],
    [['up', '--nodes', '4'], "argument '4' is invalid. Allowed: 1, 2, 3."],
    [
      ['up', '--on', 'mars'],
      "--on 'mars' is not a target; allowed: local, minikube, minikube:PROFILE, context:NAME",
    ],
    [['export', '--image', 'berth'], "argument 'berth' is invalid. Allowed: REPOSITORY:TAG"],
    [['export', '--output', ''], "--output is '', which names no file; allowed: the path of a file"],
    [['export', '--replicas', '2'], "argument '2' is invalid. Allowed: "],
    [['scale', '2'], "value '2' is invalid for argument 'members'. Allowed: 1, 3, 5."],
    [['scale'], "missing required argument 'members'"],
    [['drill', '--minutes', '0.5'], "argument '0.5' is invalid. Allowed: a whole number from 1 to 240."],
    [
      ['drill', '--minutes', '60', '--rate', '2000'],
      '--rate 2000 for --minutes 60 could be more than 4000000 requests; allowed: a --rate of at most 1070,',
    ],
    [
      ['drill', '--minutes', '1', '--undisturbed', '50'],
      '--undisturbed 50 leaves no time for faults within --minutes 1; allowed: less than 50 seconds,',
    ],
    [['drill', '--fault', 'flood'], "--fault 'flood' is not a fault; allowed: rolling-restart, "],
    [['drill', '--fault', 'kill:nobody'], "--fault 'kill:nobody' is not a fault; allowed: "],
    [
      ['drill', '--report', '/nowhere/report.html'],
      '--report is "/nowhere/report.html", but /nowhere is not a directory',
    ],
    [['drill', '--report', '.'], '--report is ".", which is not a file'],
    [['bench', '--quick', '--to', '/nowhere'], '--to is "/nowhere", which is not a directory'],
    [['push', 'berth'], "'berth' is not a place to push to; allowed: REGISTRY/NAME in lower case"],
    [['push', 'ttl.sh/berth', '--tag', '-x'], "'-x' is not a tag; allowed: 1 to 128 letters"],
    [['push', '--architecture', 'mips'], "argument 'mips' is invalid. Allowed: amd64, arm64."],
    [['release', '--pod-seconds', '5'], "argument '5' is invalid. Allowed: a whole number from 10 to 900."],
    [
      ['release', 'ttl.sh/berth:1h'],
      "value 'ttl.sh/berth:1h' is invalid for argument 'image'. Allowed: REPOSITORY@sha256:DIGEST",
    ],
    [['releases', '--front-door', 'localhost'], "argument 'localhost' is invalid. Allowed: HOST:PORT"],
    [['rollback', '--front-door', 'localhost:8443'], "--front-door is for '--on account'"],
    [['doctor', '--aws', '-c', 'replicas=2'], 'replicas is "2"; allowed: 1, 3, 5.'],
    [['doctor', '--aws', '-c', 'region'], "-c is 'region'; allowed: -c name=value"],
    [
      ['doctor', '-c', 'region=eu-west-1'],
      '-c region=eu-west-1 is a setting of the account; allowed: with --aws',
    ],
    [['image', '--scan', 'never'], "argument 'never' is invalid. Allowed: required, when-reachable, report."],
    [['rehearse', '-c', 'regoin=x'], "'regoin' is not a setting; did you mean 'region'?"],
    [['rehearse', '-c', 'region=eu-west-1'], "region is 'eu-west-1'; allowed here: region 'eu-central-1'"],
    [['rehearse', '-c', 'replicas=2'], 'replicas is "2"; allowed: 1, 3, 5'],
    [
      ['image', '--scan', 'required'],
      '--scan required is for the scan that --output makes, and there is none; allowed: with --output FOLDER',
    ],
    [['image', '--output', '.'], '--output is ".", a folder with something else in it'],
    [['image', '--output', __filename], `--output is "${__filename}", which cannot be a folder`],
    [['build', 'ttl.sh/x', '--output', '.'], '--output is ".", a folder with something else in it'],
    [['test', '--reports', '.'], '--reports is ".", a folder with something else in it'],
    [
      ['build', '--variable', 'IMAGE_REPOSITORY=ttl.sh/x'],
      '--variable IMAGE_REPOSITORY=ttl.sh/x says where to push; give it as the argument: bin/berth build REGISTRY/NAME',
    ],
    [['build', 'ttl.sh/x', '--variable', 'CHECKS'], "argument 'CHECKS' is invalid. Allowed: NAME=VALUE"],
    [['build', 'ttl.sh/x', '--commit', 'nowhere'], "'nowhere' names no commit of this repository; allowed: "],
    [['build', 'ttl.sh/x:1'], "'ttl.sh/x:1' is not a place to push to; allowed: REGISTRY/NAME"],
    [['test', '--only', 'nothing'], "--only 'nothing' is not a check; allowed: format, types"],
  ])('%p is bad input: status 2 and a line that says what is allowed', (args, message) => {
    const result = call(...args);
    expect(result.err).toContain(message);
    expect(result).toMatchObject({ code: 2, out: '' });
  });

  test.each(['v20.17.9', 'v18.20.0', 'v25.0.0'])('refuses to run with Node.js %s', (version) => {
    writeFileSync(join(state, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${state}:${process.env['PATH'] ?? ''}` };
    const { status, stderr } = spawnSync(berth, ['--help'], { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`is ${version.slice(1)}; allowed: 20.18 to 24;`),
    ]);
  });

  test('exports to a file, from any directory, and replaces it whole', () => {
    const file = join(state, 'deep', 'minikube.yaml');
    expect(call('export', '--image', 'a/b:1', '--output', file).code).toBe(0);
    expect(call('export', '--image', 'a/b:2', '--output', file).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('image: a/b:2');
    expect(readdirSync(join(state, 'deep'))).toEqual(['minikube.yaml']);
  });

  test('says where to begin when nothing is installed', () => {
    expect(call('roll')).toMatchObject({
      code: 1,
      err: "berth: nothing is installed from this checkout; install it with 'bin/berth up'\n",
    });
    const status = call('status', '--json');
    expect(status.code).toBe(1);
    expect(JSON.parse(status.out)).toMatchObject({ installed: false, ready: false });
  });
});
