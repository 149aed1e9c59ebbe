import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeCommands, type FakeCommands } from '../targets/fake-commands';

const berth = join(__dirname, '..', '..', 'bin', 'berth');
let state: string;
let fake: FakeCommands;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'berth-state-'));
  fake = fakeCommands();
});
afterEach(() => {
  fake.restore();
  rmSync(state, { recursive: true });
});

/** Runs `up` on a cluster that takes nothing, and tells the host that it would have put there. */
function hostAfterUp(...args: string[]): string {
  fake.command(
    'kubectl',
    'case "$*" in *get-contexts*) echo far ;; *apply*) echo "takes nothing" >&2; exit 1 ;; esac',
  );
  const up = spawnSync(berth, ['up', '--on', 'context:far', '--image', 'ttl.sh/x:1', ...args], {
    encoding: 'utf8',
    env: { ...process.env, XDG_STATE_HOME: state },
  });
  expect(up.stderr).toContain('takes nothing');
  const [id = ''] = readdirSync(join(state, 'berth'));
  const record = readFileSync(join(state, 'berth', id, 'installation.json'), 'utf8');
  return (JSON.parse(record) as { host: string }).host;
}

test('up keeps the host name it was given until it is given another', () => {
  expect(hostAfterUp('--host', 'api.localhost')).toBe('api.localhost');
  expect(hostAfterUp()).toBe('api.localhost');
  expect(hostAfterUp('--host', 'other.localhost')).toBe('other.localhost');
});

test('up takes berth.localhost where nothing is installed', () => {
  expect(hostAfterUp()).toBe('berth.localhost');
});
