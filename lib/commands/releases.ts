import { Journal, type ReleaseRecord } from '../release/journal';
import { print, printJson } from './output';
import { atPlace, type PlaceOptions } from './release-place';

export interface ReleasesOptions extends PlaceOptions {
  readonly json?: boolean;
}

/** Lists what was released, latest first: when, which image, which commit, by whom, and how it ended. */
export async function releases(options: ReleasesOptions): Promise<number> {
  const records = await atPlace(options, ({ cluster }) => Journal.read(cluster));
  const latestFirst = records.toReversed();
  if (options.json) printJson(latestFirst);
  else if (latestFirst.length === 0) print("nothing was released yet; 'bin/berth release' does it");
  else print(latestFirst.map(describeRecord).join('\n'));
  return 0;
}

/** One release in one line, and the reason below it where it did not end well. */
export function describeRecord(record: ReleaseRecord): string {
  const started = Date.parse(record.startedAt);
  const took = record.endedAt === undefined ? '' : ` in ${seconds(Date.parse(record.endedAt) - started)} s`;
  const commit = record.commit === undefined ? '' : `, commit ${record.commit.slice(0, 12)}`;
  const exposed =
    record.exposedSeconds === undefined
      ? ''
      : `, one pod of it in service for ${record.exposedSeconds.toFixed(1)} s`;
  const interrupted = record.outcome === 'rolling' || record.outcome === 'reverting';
  const outcome = interrupted ? `${record.outcome}, or interrupted` : record.outcome;
  const line = `${record.startedAt.slice(0, 19)}Z  ${record.kind} ${outcome}${took}: ${record.image}${exposed}${commit}, by ${record.by}`;
  const reason = record.reason?.split('\n').map((text) => `    ${text}`) ?? [];
  return [line, ...reason].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(0);
}
