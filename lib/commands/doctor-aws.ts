import { readSettings } from '../config/read-settings';
import { clientsFor } from '../preflight/clients';
import { examine, type Examination } from '../preflight/examine';
import { contextOfCdkJson, parseContext } from './context';
import { print, printJson } from './output';

export interface DoctorAwsOptions {
  /** Settings as `-c name=value`, as the CDK takes them. */
  readonly context?: readonly string[];
  readonly json?: boolean;
}

const MARKS = { good: '✓', bad: '✗', unknown: '?' } as const;

/**
 * Asks the account of the credentials at hand whether a deployment with these settings finds what it needs, and whether
 * one that was made is as it should be.
 * @returns 0 when nothing is wrong, 1 when something is
 * @throws UserError with exit status 2 for settings that are wrong in themselves
 */
export async function doctorAws(options: DoctorAwsOptions): Promise<number> {
  const settings = readSettings({ ...contextOfCdkJson(), ...parseContext(options.context ?? []) });
  const examination = await examine(settings, clientsFor({ region: settings.region }));
  if (options.json) printJson(examination);
  else print(describe(examination));
  return examination.findings.some(({ status }) => status === 'bad') ? 1 : 0;
}

function describe({ account, region, caller, stacks, findings }: Examination): string {
  const count = (status: keyof typeof MARKS) => findings.filter((one) => one.status === status).length;
  const there = Object.keys(stacks);
  return [
    `Account ${account}, ${region}, asked as ${caller}; ${there.length === 0 ? 'nothing is deployed' : `deployed: ${there.join(', ')}`}`,
    '',
    ...findings.map(({ status, title, said }) => `${MARKS[status]} ${title}: ${said}`),
    '',
    `${count('good')} as it should be, ${count('bad')} wrong, ${count('unknown')} could not be looked at`,
  ].join('\n');
}
