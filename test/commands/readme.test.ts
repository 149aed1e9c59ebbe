import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { minikubeManifests } from '../../lib/commands/export';

const root = join(__dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const table = readme.slice(readme.indexOf('## How it is laid out'), readme.indexOf('## Limits'));
const places = [...table.matchAll(/^\| `([^`]+)`/gm)].map((row) => row[1] ?? '');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');

describe('the README', () => {
  test('names only places that exist in its layout', () => {
    expect(places.length).toBeGreaterThan(10);
    for (const place of places) expect([place, existsSync(join(root, place))]).toEqual([place, true]);
  });

  test('names every folder of lib and every folder at the top', () => {
    const folders = new Set(
      tracked.flatMap((file) => {
        const [top = '', second = ''] = file.split('/');
        if (top.startsWith('.') || !file.includes('/')) return [];
        if (top === 'bin') return ['bin/berth'];
        return top === 'lib' && file.split('/').length > 2
          ? [`lib/${second}/`]
          : top === 'lib'
            ? []
            : [`${top}/`];
      }),
    );
    expect([...folders].filter((folder) => !places.includes(folder))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map((link) => link[1] ?? '');
    for (const link of links) expect([link, existsSync(join(root, link))]).toEqual([link, true]);
  });

  test('names every command that has --json, and no other', async () => {
    const help = async (...args: string[]) =>
      (await promisify(execFile)(join(root, 'bin', 'berth'), [...args, '--help'])).stdout;
    const commands = [...(await help()).matchAll(/^  ([a-z]+) \[options\]/gm)].map((row) => row[1] ?? '');
    expect(commands).toContain('up');
    const having: string[] = [];
    for (const command of commands) if ((await help(command)).includes('--json')) having.push(command);
    const list = /Every command has `--help`; (.+?) have `--json`/.exec(readme)?.[1] ?? '';
    const named = [...list.matchAll(/`([a-z]+)`/g)].map((name) => name[1] ?? '');
    expect(named.sort()).toEqual(having.sort());
  }, 600_000);

  test('shows the commands for minikube as the export has them', () => {
    const [head = ''] = minikubeManifests({
      image: 'localhost/berth:dev',
      host: 'berth.localhost',
      replicas: 1,
      output: 'manifests/minikube.yaml',
    }).split('---\n');
    const section = readme.slice(readme.indexOf('### On minikube, by hand'), readme.indexOf('## The server'));
    const shown = /```sh\n([\s\S]*?)```/.exec(section)?.[1]?.trim().split('\n') ?? [];
    expect(shown.length).toBeGreaterThan(3);
    for (const line of shown) expect(head).toContain(`# ${line}\n`);
  });
});
