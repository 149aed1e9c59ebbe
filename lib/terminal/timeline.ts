import type { Progress } from './progress';

/** One step of a command, and how long it took. */
export interface TimedStep {
  readonly title: string;
  readonly seconds: number;
}

/** Progress that also remembers how long each step took that was not part of another one, those that failed included. */
export function timed(progress: Progress): { readonly progress: Progress; readonly steps: TimedStep[] } {
  const steps: TimedStep[] = [];
  let depth = 0;
  return {
    steps,
    progress: {
      note: (text) => {
        progress.note(text);
      },
      async step(title, work) {
        const started = Date.now();
        depth += 1;
        try {
          return await progress.step(title, work);
        } finally {
          depth -= 1;
          if (depth === 0) steps.push({ title, seconds: (Date.now() - started) / 1000 });
        }
      },
    },
  };
}

/**
 * The steps with each one's share of the whole.
 * @param seconds the whole, which is more than the steps where something was done between them
 */
export function describeTimeline(steps: readonly TimedStep[], seconds: number): string {
  const between = seconds - steps.reduce((sum, step) => sum + step.seconds, 0);
  const rows = [...steps, { title: 'between them', seconds: Math.max(0, between) }];
  const width = Math.max(...rows.map(({ title }) => title.length));
  return rows
    .map((row) => {
      const share = seconds === 0 ? 0 : Math.round((row.seconds / seconds) * 100);
      return `  ${row.title.padEnd(width)}  ${row.seconds.toFixed(1).padStart(6)} s  ${String(share).padStart(3)} %`;
    })
    .join('\n');
}
