import { CommandFailed, run } from '../process/run';
import type { Check, CheckContext, Outcome } from './check';

/** A check that is one command and passes when it ends with status 0. */
export interface CommandStep {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Directory below the checkout. Default the checkout itself. */
  readonly directory?: string;
  /** Fails when it prints anything, for tools such as `gofmt -l` that report by listing. */
  readonly silent?: boolean;
}

/** Several commands as one check; each counts as one test, and one that fails does not stop the others. */
export function commandCheck(name: string, title: string, steps: readonly CommandStep[]): Check {
  return {
    name,
    title,
    async run(context) {
      const failures: string[] = [];
      for (const step of steps) {
        context.detail(step.name);
        const failure = await failureOf(step, context);
        if (failure !== undefined) failures.push(`${step.name}: ${failure}`);
      }
      return { passed: steps.length - failures.length, failed: failures.length, failures } satisfies Outcome;
    },
  };
}

async function failureOf(step: CommandStep, context: CheckContext): Promise<string | undefined> {
  try {
    const output = await run(step.command, step.args, {
      cwd: `${context.checkout}/${step.directory ?? ''}`,
      log: context.log,
    });
    return step.silent && output !== '' ? output.split('\n').slice(0, 5).join(', ') : undefined;
  } catch (error) {
    if (error instanceof CommandFailed) return error.output.trim().split('\n').slice(-8).join('\n    ');
    throw error;
  }
}
