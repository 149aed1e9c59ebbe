import type { Clients } from './clients';
import type { Settings } from '../config/settings';

/** What looking at one thing of the account led to. */
export interface Finding {
  /** `unknown` is what could not be looked at: the caller may not, or the service does not answer. */
  readonly status: 'good' | 'bad' | 'unknown';
  /** What was seen; of something bad: what is wrong, the value, what is allowed and the fix. */
  readonly said: string;
}

/** A stack of this project as the account has it. */
export interface DeployedStack {
  /** CloudFormation's, such as `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly reason?: string;
}

/** Everything a check may look at. */
export interface Subject {
  readonly settings: Settings;
  readonly clients: Clients;
  /** Twelve digits. */
  readonly account: string;
  /** ARN of whoever asks, as STS has it. */
  readonly caller: string;
  /** Stacks that are there, by their place in `names.stacks`; empty before the first deployment. */
  readonly stacks: Readonly<Partial<Record<StackName, DeployedStack>>>;
}

export type StackName = 'platform' | 'image' | 'server' | 'pipeline';

/** One question to the account. What its look throws is shown as `unknown`. */
export interface Check {
  /** What is looked at, in a few words. */
  readonly title: string;
  /** Whether the question makes sense for these settings and what is deployed. Default always. */
  readonly applies?: (subject: Subject) => boolean;
  readonly look: (subject: Subject) => Promise<Finding>;
}

export const good = (said: string): Finding => ({ status: 'good', said });
export const bad = (...problems: readonly string[]): Finding => ({
  status: 'bad',
  said: problems.join('; '),
});
export const unknown = (said: string): Finding => ({ status: 'unknown', said });

/** Bad when there are problems, else good. */
export const judge = (problems: readonly string[], seen: string): Finding =>
  problems.length > 0 ? bad(...problems) : good(seen);

/** Whether an error of an SDK says that what was asked for is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && /NotFound|NoSuch|does not exist/.test(`${error.name} ${error.message}`);
}

/** What an API answers, or undefined where it says that there is no such thing. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
