import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installationDirectory } from '../installation/installation';

/** Where everything of one checkout's rehearsal is. */
export interface Workspace {
  /** The checkout whose app is rehearsed. */
  readonly checkout: string;
  /** Owns the local Kubernetes of the rehearsal: a directory of its own, so that it never meets that of `up`. */
  readonly directory: string;
  /** What emulator and authenticator write and read. */
  readonly run: string;
  /** Programs that stand in for others, for PATH. */
  readonly bin: string;
  /** One file for each step. */
  readonly log: string;
}

export function workspaceOf(checkout: string): Workspace {
  return workspaceIn(join(installationDirectory(checkout), 'rehearsal'), checkout);
}

/** A workspace in a directory of its own, for one that is beside another. */
export function workspaceIn(directory: string, checkout: string): Workspace {
  const below = (name: string) => join(directory, name);
  return { checkout, directory, run: below('run'), bin: below('bin'), log: below('log') };
}

/** An empty one, whatever an earlier rehearsal left; its logs are gone as well. */
export function createWorkspace(workspace: Workspace): void {
  rmSync(workspace.directory, { recursive: true, force: true });
  for (const directory of [workspace.run, workspace.bin, workspace.log, join(workspace.run, 'tmp')]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
}

export function stepLog(workspace: Workspace, step: string): string {
  return join(workspace.log, `${step}.log`);
}
