import { contract } from '../contract';
import type { Target } from '../targets/target';

/** A member as the store itself knows it: see `berth-server --members`. */
export interface Member {
  readonly name: string;
  readonly voter: boolean;
  readonly ready: boolean;
  /** Whether it is unready because it was told so: it is on its way out. */
  readonly retired: boolean;
}

/** Asks the store and tells it who is to be in it, in the container of `via`: a member that runs and stays. */
export function membersBy(target: Target, via: string) {
  const server = (argument: string) =>
    target.kubectl([
      ...['exec', via, '--namespace', contract.name, '--container', contract.name],
      ...['--', contract.image.binary, argument],
    ]);
  return {
    list: async () => (JSON.parse(await server('--members')) as { members: Member[] }).members,
    /** Unready, and no leader any more, for five minutes. */
    retire: (member: string) => server(`--retire=${member}`),
    /** Off the list, and kept off it for five minutes, from the last time it is said. */
    dismiss: (member: string) => server(`--dismiss=${member}`),
    /** Ends both. */
    readmit: (member: string) => server(`--readmit=${member}`),
  };
}

export type Members = ReturnType<typeof membersBy>;

/** The name of the pod, and so of the member, with this ordinal. */
export const memberName = (ordinal: number): string => `${contract.name}-${ordinal}`;

/** Names of the members from one ordinal up to, not including, another. */
export const memberNames = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => memberName(from + i));
