import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupsExist } from './cgroups';
import type { BuiltParts } from './build-parts';
import type { FrontDoor } from './front-door';
import { networkExists } from './network';
import type { Place } from './place';
import { markedProcesses } from './processes';
import type { Subnet } from './subnet';

/** What is kept about a cluster that has come up; without it, whatever there is was left by a start that failed. */
export interface ClusterState {
  readonly checkout: string;
  readonly boot: string;
  readonly nodes: number;
  readonly net: Subnet;
  readonly parts: BuiltParts;
  readonly frontDoor: FrontDoor;
}

const fileIn = (stateDirectory: string): string => join(stateDirectory, 'cluster.json');

export function readState(stateDirectory: string): ClusterState | undefined {
  const file = fileIn(stateDirectory);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterState) : undefined;
}

export function writeState(place: Place, state: ClusterState): void {
  const file = fileIn(place.state);
  writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${file}.new`, file);
}

/** Whether anything of a cluster is on this machine, running or not. */
export async function anythingLeft(place: Place): Promise<boolean> {
  // There is none anywhere else, nor the files and commands that tell.
  if (process.platform !== 'linux') return false;
  return (
    existsSync(place.state) ||
    cgroupsExist(place) ||
    markedProcesses(place.id).length > 0 ||
    (await networkExists(place))
  );
}
