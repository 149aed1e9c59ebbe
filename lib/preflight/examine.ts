import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import { messageOf, UserError } from '../terminal/user-error';
import { checksOfAccount } from './checks';
import type { Check, DeployedStack, Finding, StackName, Subject } from './check';
import type { Clients } from './clients';

/** A check and what it found. */
export interface Examined extends Finding {
  readonly title: string;
}

export interface Examination {
  readonly account: string;
  readonly region: string;
  readonly caller: string;
  /** Stacks that are there, with their status. */
  readonly stacks: Readonly<Record<string, string>>;
  readonly findings: readonly Examined[];
}

/**
 * Asks an account whether a deployment with these settings would find what it needs and, where one has been made,
 * whether what has no test on a laptop holds there. It reads and changes nothing.
 * @param checks Default all of them
 * @throws UserError when there are no credentials that work, before anything else is asked
 */
export async function examine(
  settings: Settings,
  clients: Clients,
  checks: readonly Check[] = checksOfAccount,
): Promise<Examination> {
  const { account, caller } = await whoAsks(clients);
  const subject: Subject = { settings, clients, account, caller, stacks: await stacksOf(clients) };
  const findings = await Promise.all(
    checks
      .filter(({ applies }) => applies?.(subject) ?? true)
      .map(async ({ title, look }) => ({ title, ...(await look(subject).catch(couldNotLook)) })),
  );
  return {
    account,
    region: settings.region,
    caller,
    stacks: Object.fromEntries(
      Object.entries(subject.stacks).map(([name, { status }]) => [names.stacks[name as StackName], status]),
    ),
    findings,
  };
}

async function whoAsks({ sts }: Clients): Promise<{ account: string; caller: string }> {
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, caller: Arn };
  } catch (error) {
    throw new UserError(
      `no AWS credentials that work: ${messageOf(error)}; allowed: what the AWS CLI takes, of the account to deploy ` +
        `into; fix: 'aws sso login' or AWS_PROFILE=NAME, then 'aws sts get-caller-identity' shows who you are`,
      { cause: error },
    );
  }
}

async function stacksOf({ cloudFormation }: Clients): Promise<Subject['stacks']> {
  const found: Partial<Record<StackName, DeployedStack>> = {};
  for (const name of Object.keys(names.stacks) as StackName[]) {
    try {
      const { Stacks } = await cloudFormation.send(
        new DescribeStacksCommand({ StackName: names.stacks[name] }),
      );
      const { StackStatus: status = '', StackStatusReason: reason } = Stacks?.[0] ?? {};
      if (status !== '' && status !== 'DELETE_COMPLETE') {
        found[name] = { status, ...(reason === undefined ? {} : { reason }) };
      }
    } catch (error) {
      // CloudFormation answers `ValidationError: Stack with id … does not exist`.
      if (!/does not exist/.test(messageOf(error))) throw error;
    }
  }
  return found;
}

function couldNotLook(error: unknown): Finding {
  const name = error instanceof Error ? error.name : '';
  const said =
    name === '' || messageOf(error).startsWith(name) ? messageOf(error) : `${name}: ${messageOf(error)}`;
  return { status: 'unknown', said: said.replace(/\s+/g, ' ').slice(0, 400) };
}
