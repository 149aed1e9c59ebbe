import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { pythonTools } from '../tools/python-tools';
import { reasoned } from './checkov-reasons';
import { templateFiles } from './synthesized';

interface Report {
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
      readonly file_path: string;
    }[];
  };
  readonly summary: { readonly passed: number };
}

/** Offline: `--skip-download` leaves the platform of its makers alone. */
function checkov(files: readonly string[]): Report {
  const args = [
    '-m',
    'checkov.main',
    '--framework',
    'cloudformation',
    '--skip-download',
    '--output',
    'json',
    '--quiet',
  ];
  const { stdout, stderr } = spawnSync('python3', [...args, ...files.flatMap((file) => ['--file', file])], {
    env: { ...process.env, PYTHONPATH: pythonTools('requirements-templates.txt') },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    throw new Error(`checkov failed: ${stderr || stdout}`);
  }
}

test('checkov fails the templates in nothing but what is reasoned', () => {
  const { results, summary } = checkov(templateFiles());
  expect(summary.passed).toBeGreaterThan(100);
  const found = results.failed_checks.map(({ check_id, check_name, resource, file_path }) => ({
    id: check_id,
    text: `${basename(file_path)} ${resource}: ${check_name}`,
  }));
  const covers = (one: (typeof reasoned)[number], { id, text }: (typeof found)[number]) =>
    one.id === id && one.where.test(text);
  expect(found.filter((finding) => !reasoned.some((one) => covers(one, finding)))).toEqual([]);
  expect(reasoned.filter((one) => !found.some((finding) => covers(one, finding)))).toEqual([]);
});
