/** What the template gives the guard's Lambda. CloudFormation makes every value a string. */
export interface GuardProperties {
  readonly ClusterName: string;
  readonly VpcId: string;
  /** `wait` while controllers run, `clear` once nodes are gone. */
  readonly Phase: 'wait' | 'clear';
  readonly Volumes: 'keep' | 'delete';
  /** Seconds this phase may take. */
  readonly LimitSeconds: string;
}

export function physicalId(properties: Pick<GuardProperties, 'ClusterName' | 'Phase'>): string {
  return `${properties.ClusterName}/${properties.Phase}`;
}

/** @throws Error when the template was made wrong: a limit that is no number would wait for ever */
export function limitSeconds(properties: Pick<GuardProperties, 'LimitSeconds'>): number {
  const limit = Number(properties.LimitSeconds);
  if (!Number.isFinite(limit) || limit <= 0) {
    throw new Error(`LimitSeconds is '${properties.LimitSeconds}'; allowed: a number of seconds above 0`);
  }
  return limit;
}
