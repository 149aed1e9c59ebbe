import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../lib/installation/cache';
import { run } from '../../lib/process/run';
import { startRegistry } from '../../lib/local/registry';
import { silent } from '../../lib/terminal/progress';
import { cutConnectionsTo } from '../released/cut-connections';
import { copy } from './environment';

const execute = promisify(execFile);

/**
 * A repository with the project as it is, but for its tests: of those it has one, so that a build costs seconds. Always
 * in the same place, as the builds' cache of Node packages goes by that.
 */
const repository = cacheDirectory('e2e', 'repository');
const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: repository });

interface Built {
  readonly succeeded: boolean;
  readonly commit: string;
  readonly output: string;
  readonly exported: Readonly<Record<string, string>>;
  readonly artifacts: readonly string[];
  readonly reports: Readonly<Record<string, readonly string[]>>;
  readonly phases: readonly { readonly phase: string; readonly failure?: string }[];
}

/** Runs buildspec.yml, unedited, on the latest commit. */
async function build(destination: string): Promise<Built> {
  const args = ['build', destination, '--variable', 'CHECKS=unit', '--json'];
  const call = execute(join(repository, 'bin', 'berth'), args, { maxBuffer: 64 << 20 });
  const { stdout } = await call.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Built;
}

async function commit(test: string): Promise<void> {
  writeFileSync(join(repository, 'test', 'only.test.ts'), test);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'change');
}

const tagsOf = async (registry: string): Promise<string[]> => {
  const answer = await fetch(`http://${registry}/v2/built/tags/list`);
  return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
};

// The first build on a machine compiles what lists the image's contents and pushes it, which takes minutes.
jest.setTimeout(15 * 60_000);

/** Bytes of a push that get through: of the server's layer a tenth or so. */
const CUT_AFTER = 1_000_000;

let registry: string;

beforeAll(async () => {
  registry = await startRegistry(copy, silent);
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(repository, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== 'node_modules' && name !== 'test') {
      cpSync(join(copy, name), join(repository, name), { recursive: true });
    }
  }
  // jest.config.js names these, and git keeps no empty folders.
  for (const name of ['templates', 'e2e', 'rehearsed', 'released']) {
    mkdirSync(join(repository, 'test', name), { recursive: true });
    writeFileSync(join(repository, 'test', name, 'none'), '');
  }
  cpSync(join(copy, 'test', 'tools'), join(repository, 'test', 'tools'), { recursive: true });
  await git('init', '--quiet');
  writeFileSync(join(repository, '.git', 'info', 'exclude'), 'node_modules\n');
  symlinkSync(join(copy, 'node_modules'), join(repository, 'node_modules'));
});

afterAll(() => {
  rmSync(repository, { recursive: true, force: true });
});

test('a commit with a failing test is reported, and nothing is pushed', async () => {
  await commit("test('adds', () => { expect(1 + 1).toBe(3); });\n");
  const built = await build(`${registry}/built`);
  expect(built).toMatchObject({ succeeded: false, exported: {}, artifacts: [] });
  expect(built.phases.map(({ phase }) => phase)).toEqual(['install', 'pre_build']);
  expect(built.reports).toMatchObject({ tests: ['unit.xml'], 'coverage-typescript': ['typescript.xml'] });
  const report = readFileSync(join(built.output, 'reports', 'tests', 'unit.xml'), 'utf8');
  expect(report).toMatch(/<testcase[^>]*name="adds"[\s\S]*<failure/);
  expect(await tagsOf(registry)).toEqual([]);
});

describe('a good commit', () => {
  let pushed: Built;

  test('whose push is cut off half way leaves no tag', async () => {
    await commit("test('adds', () => { expect(1 + 1).toBe(2); });\n");
    const cut = await cutConnectionsTo(registry, CUT_AFTER);
    const built = await build(`${cut.address}/built`).finally(() => cut.close());
    expect(built.succeeded).toBe(false);
    expect(built.phases.at(-2)).toMatchObject({ phase: 'post_build' });
    expect(built.phases.at(-2)?.failure).toContain('bin/berth push');
    expect(cut.sent()).toBeGreaterThan(CUT_AFTER);
    expect(await tagsOf(registry)).toEqual([]);
  });

  test('built again is pushed under its commit, and handed on by its digest', async () => {
    pushed = await build(`${registry}/built`);
    expect(pushed).toMatchObject({ succeeded: true });
    expect(await tagsOf(registry)).toEqual([pushed.commit]);
    const answer = await fetch(`http://${registry}/v2/built/manifests/${pushed.commit}`, {
      headers: {
        accept:
          'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
      },
    });
    expect(pushed.exported).toEqual({
      COMMIT: pushed.commit,
      IMAGE: `${registry}/built@${answer.headers.get('docker-content-digest') ?? ''}`,
    });
  });

  test('leaves what is in the image, and what was said of it, as artifacts', () => {
    expect(pushed.artifacts).toEqual(expect.arrayContaining(['image.json', 'pushed.json', 'sbom.spdx.json']));
    const artifact = (name: string) =>
      JSON.parse(readFileSync(join(pushed.output, 'artifacts', name), 'utf8')) as Record<string, unknown>;
    const sbom = artifact('sbom.spdx.json') as { packages: { name: string }[] };
    const names = sbom.packages.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['example.com/berth', 'go.etcd.io/etcd/server/v3', 'stdlib']),
    );
    const { scan } = artifact('image.json') as { scan: { reached: boolean } };
    expect(pushed.artifacts.includes('vulnerabilities.json')).toBe(scan.reached);
    expect(artifact('pushed.json')).toMatchObject({ image: pushed.exported['IMAGE'], existed: false });
  });

  test('built once more finds its tag there, and hands on the same image', async () => {
    const again = await build(`${registry}/built`);
    expect(again).toMatchObject({ succeeded: true, exported: pushed.exported });
    expect(JSON.parse(readFileSync(join(again.output, 'artifacts', 'pushed.json'), 'utf8'))).toMatchObject({
      existed: true,
    });
    expect(await tagsOf(registry)).toEqual([pushed.commit]);
  });

  test('leaves nothing in the repository', async () => {
    expect(await git('status', '--porcelain')).toBe('');
    expect(existsSync(join(repository, 'build'))).toBe(false);
  });
});
