import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { messageOf, UserError } from '../terminal/user-error';

/** The phases that have commands, in the order they run. */
export const PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
export type PhaseName = (typeof PHASES)[number];

const text = z.union([z.string(), z.number()]).transform(String);
const yesNo = z
  .union([z.boolean(), z.enum(['yes', 'no'])])
  .transform((value) => value === true || value === 'yes');
const commands = z.array(text).default([]);

const phase = z.strictObject({
  // What a build is that went on after a failure is not documented, so no other value is taken here.
  'on-failure': z.literal('ABORT').optional(),
  // Whoever runs it here has the runtimes already; bin/berth checks their versions.
  'runtime-versions': z.record(z.string(), text).optional(),
  commands,
  finally: commands,
});

const collected = {
  files: z.array(text).min(1),
  'base-directory': text.optional(),
  'discard-paths': yesNo.optional(),
};

/** More of them are refused by CodeBuild: https://docs.aws.amazon.com/codebuild/latest/userguide/report-create.html */
const MOST_REPORTS = 5;

/**
 * What is understood of a buildspec: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
 * A key that is not understood is an error, so that nothing is silently left out of a run on this machine.
 */
const schema = z.strictObject({
  version: text.pipe(z.literal('0.2')),
  env: z
    .strictObject({
      shell: z.literal('bash'),
      variables: z.record(z.string(), text).default({}),
      'exported-variables': z.array(z.string()).default([]),
    })
    .default({ shell: 'bash', variables: {}, 'exported-variables': [] }),
  phases: z.strictObject({
    install: phase.optional(),
    pre_build: phase.optional(),
    build: phase.optional(),
    post_build: phase.optional(),
  }),
  reports: z
    .record(
      z.string(),
      z.strictObject({
        ...collected,
        'file-format': z.enum(['JUNITXML', 'COBERTURAXML']).default('JUNITXML'),
      }),
    )
    .refine((reports) => Object.keys(reports).length <= MOST_REPORTS, `allowed: at most ${MOST_REPORTS}`)
    .default({}),
  artifacts: z.strictObject(collected).optional(),
  cache: z.strictObject({ paths: z.array(text).default([]) }).default({ paths: [] }),
});

export type Buildspec = z.output<typeof schema>;
export type Phase = z.output<typeof phase>;
export type Collected = Pick<NonNullable<Buildspec['artifacts']>, keyof typeof collected>;

/** @throws UserError each place that is wrong or not understood here; exit status 2 */
export function readBuildspec(yaml: string, file = 'buildspec.yml'): Buildspec {
  let value: unknown;
  try {
    value = parseYaml(yaml);
  } catch (error) {
    throw new UserError(`${file} is not YAML: ${messageOf(error)}`, { exitCode: 2 });
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const lines = read.error.issues.map(
    (issue) => `  ${issue.path.join('.') || 'the whole file'}: ${issue.message}`,
  );
  throw new UserError(`${file} has what is wrong, or not understood on this machine:\n${lines.join('\n')}`, {
    exitCode: 2,
  });
}
