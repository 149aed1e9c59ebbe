import { interrupted } from '../process/interrupt';
import type { Progress } from '../terminal/progress';
import { messageOf } from '../terminal/user-error';
import type { Check, CheckContext, Outcome } from './check';

/** What became of one check. */
export interface Result extends Outcome {
  readonly name: string;
  /** File with everything it printed. */
  readonly log: string;
  readonly seconds: number;
}

/** Where checks run, and where they leave what they say. */
export interface Place extends Pick<CheckContext, 'checkout' | 'reports'> {
  /** File for everything that the check of this name prints. */
  readonly logOf: (name: string) => string;
}

/**
 * Runs every check, whatever failed before it. Those that mostly wait are begun at once and shown last: on two
 * processors they take hardly longer beside the others than alone.
 */
export async function runChecks(
  checks: readonly Check[],
  place: Place,
  progress: Progress,
): Promise<Result[]> {
  const ahead = checks.filter(({ mostlyWaits }) => mostlyWaits).map((check) => begin(check, place));
  try {
    const results: Result[] = [];
    const others = checks.filter(({ mostlyWaits }) => !mostlyWaits);
    for (const started of [
      ...others.map((check) => () => begin(check, place)),
      ...ahead.map((a) => () => a),
    ]) {
      interrupted().throwIfAborted();
      results.push(await show(started(), progress));
    }
    return results;
  } finally {
    await Promise.allSettled(ahead.map(({ outcome }) => outcome));
  }
}

/** A check that is under way. */
interface Running {
  readonly check: Check;
  readonly log: string;
  readonly begun: number;
  readonly outcome: Promise<Outcome>;
  /** Hands on how far it is, from its latest word on. */
  showTo(detail: (text: string) => void): void;
}

function begin(check: Check, { logOf, ...place }: Place): Running {
  const log = logOf(check.name);
  let latest = '';
  let show: ((text: string) => void) | undefined;
  const detail = (text: string) => {
    latest = text;
    show?.(text);
  };
  const outcome = check.run({ ...place, log, detail });
  outcome.catch(() => undefined); // Told when its turn comes.
  return {
    check,
    log,
    begun: Date.now(),
    outcome,
    showTo(shown) {
      show = shown;
      if (latest !== '') shown(latest);
    },
  };
}

async function show(running: Running, progress: Progress): Promise<Result> {
  const { check, log, begun } = running;
  const seconds = () => (Date.now() - begun) / 1000;
  const before = seconds();
  const outcome = await progress
    .step(check.title, async (detail) => {
      running.showTo(detail);
      const result = await running.outcome;
      const counts = `${result.passed} passed, ${result.failed} failed`;
      detail(before > 1 ? `${counts}, ${seconds().toFixed(1)} s in all` : counts);
      return result;
    })
    .catch((error: unknown): Outcome => {
      interrupted().throwIfAborted();
      return { passed: 0, failed: 1, failures: [messageOf(error)] };
    });
  for (const failure of outcome.failures) progress.note(`  FAILED ${failure}`);
  if (outcome.failed > 0) progress.note(`  log: ${log}`);
  return { ...outcome, name: check.name, log, seconds: seconds() };
}
