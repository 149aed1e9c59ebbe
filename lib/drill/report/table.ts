import type { DrillResult, FaultResult } from '../result';

const HEAD = [
  '',
  'fault',
  'lost',
  'anomalies',
  'failed',
  'not excused',
  'longest',
  'p99.9',
  'of undisturbed',
];

/** The result for a person at a terminal. */
export function table(result: DrillResult): string {
  const { baseline } = result;
  const rows = [
    HEAD,
    ['', 'undisturbed', '', '', '', '', ms(baseline.longest), ms(baseline.p999), ''],
    ...result.faults.map((fault) => [
      isGood(fault) ? '✓' : '✗',
      fault.name,
      String(fault.lost),
      String(fault.anomalies),
      failures(fault),
      String(fault.inexcusable),
      ms(fault.longest),
      ms(fault.p999),
      `${fault.ratio.toFixed(1)}x`,
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...complaints(result), summary(result)].join('\n');
}

export const isGood = (fault: FaultResult): boolean =>
  fault.requests > 0 &&
  fault.lost + fault.anomalies + fault.inexcusable === 0 &&
  fault.unrecovered === undefined;

/** How many failed, how many of those nobody had seen, and within which time. */
export function failures({ failed, refused, window }: FaultResult): string {
  const unseen = refused > 0 ? ` (${refused} refused)` : '';
  return window > 0 ? `${failed}${unseen} in ${ms(window)}` : `${failed}${unseen}`;
}

/** One line for each thing that must not be. */
export function complaints(result: DrillResult): string[] {
  return [
    ...result.lost.map(({ what }) => `lost: ${what}`),
    ...result.anomalies.map(({ what }) => `anomaly: ${what}`),
    ...result.undecided.map((name) => `not decided, which is no pass: ${name}`),
    ...(result.lookedUp ? [] : ['everything could not be read in the end']),
    ...(result.between > 0 ? [`${result.between} requests failed while there was no fault`] : []),
    ...(result.faults.length === 0 ? ['no fault was made, so nothing is shown'] : []),
    ...result.faults.flatMap(({ name, requests, example, inexcusable, unrecovered }) => [
      ...(requests === 0 ? [`${name}: no request was made meanwhile, so it shows nothing`] : []),
      ...(example === undefined
        ? []
        : [`${name}: ${inexcusable} failed without an excuse, such as: ${example}`]),
      ...(unrecovered === undefined ? [] : [`${name}: ${unrecovered}`]),
    ]),
  ];
}

export function summary(result: DrillResult): string {
  const { requests, failed, acknowledged, lost, anomalies, faults } = result;
  const seconds = Math.round((result.ended - result.started) / 1000);
  return (
    `${faults.length} faults in ${seconds} s: ${requests} requests, ${failed} failed; ` +
    `${acknowledged} acknowledged writes, ${lost.length} lost, ${anomalies.length} anomalies`
  );
}

export function ms(value: number): string {
  return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;
}
