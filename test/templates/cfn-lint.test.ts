import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pythonTools } from '../tools/python-tools';
import { templateFiles } from './synthesized';

interface Match {
  readonly Filename: string;
  readonly Level: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly string[] };
}

function cfnLint(files: readonly string[]): Match[] {
  const args = [
    '-c',
    'from cfnlint.runner import main; main()',
    '--format',
    'json',
    '--regions',
    'eu-central-1',
    '--',
    ...files,
  ];
  const { stdout, stderr, status } = spawnSync('python3', args, {
    env: { ...process.env, PYTHONPATH: pythonTools('requirements-templates.txt') },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  // Its status says what it found; 1 is that it could not look.
  if (status === null || status === 1) throw new Error(`cfn-lint failed: ${stderr || stdout}`);
  return JSON.parse(stdout || '[]') as Match[];
}

/** Findings that stay, by rule and the part of the path that tells them. */
const reasoned: readonly { readonly rule: string; readonly path: RegExp; readonly reason: string }[] = [
  {
    rule: 'W3005',
    path: /DependsOn/,
    reason:
      'aws-cdk-lib names every child of what a construct depends on, also where a reference says it already',
  },
  {
    rule: 'W3010',
    path: /Subnet.*AvailabilityZone/,
    reason:
      'Zones are named on purpose: synthesis asks no account, and a volume’s zone must never change by itself',
  },
];

test('cfn-lint has nothing to say about the templates but what is reasoned here', () => {
  const found = cfnLint(templateFiles()).map(({ Filename, Rule, Location, Message }) => ({
    rule: Rule.Id,
    text: `${basename(Filename)} ${Location.Path.join('/')}: ${Message}`,
  }));
  const open = found.filter(
    ({ rule, text }) => !reasoned.some((one) => one.rule === rule && one.path.test(text)),
  );
  expect(open).toEqual([]);
  const stale = reasoned.filter(
    (one) => !found.some(({ rule, text }) => one.rule === rule && one.path.test(text)),
  );
  expect(stale).toEqual([]);
});

test('cfn-lint is really asked: it finds a property that does not exist', () => {
  const file = templateFiles().find((one) => basename(one).startsWith('berth-platform')) ?? '';
  const template = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: object }>;
  };
  const broken = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::EKS::Nodegroup');
  Object.assign(broken?.Properties ?? {}, { Bogus: 'x' });
  const copy = join(mkdtempSync(join(tmpdir(), 'berth-cfn-lint-')), 'broken.template.json');
  writeFileSync(copy, JSON.stringify(template));
  expect(cfnLint([copy]).map(({ Rule }) => Rule.Id)).toContain('E3002');
});
