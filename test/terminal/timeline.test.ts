import { silent } from '../../lib/terminal/progress';
import { describeTimeline, timed } from '../../lib/terminal/timeline';

describe('a timeline', () => {
  test('has the steps of a command in their order, not what is part of them, and also one that failed', async () => {
    const { progress, steps } = timed(silent);
    await progress.step('Build', () => progress.step('Compile', () => Promise.resolve()));
    await progress.step('Push', () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(steps.map(({ title }) => title)).toEqual(['Build', 'Push']);
  });

  test('gives each step its share of the whole, and what is between them the rest', () => {
    const steps = [
      { title: 'Build', seconds: 12 },
      { title: 'Pod berth-2', seconds: 6 },
    ];
    expect(describeTimeline(steps, 20).split('\n')).toEqual([
      '  Build           12.0 s   60 %',
      '  Pod berth-2      6.0 s   30 %',
      '  between them     2.0 s   10 %',
    ]);
  });
});
