/** Something that a controller of the cluster made in the account and that no stack knows of. */
export interface Leftover {
  /** Id or ARN, as the API takes it. */
  readonly id: string;
  /** What a person would look for; the id where there is no name. */
  readonly name: string;
}

/** One kind of thing that controllers make. `find` and `remove` see only what is tagged for this one cluster. */
export interface Kind {
  /** Singular, as it is called in the console. */
  readonly name: string;
  find(): Promise<Leftover[]>;
  /** Removes it, or throws what the API said. One that is gone already is no error. */
  remove(leftover: Leftover): Promise<void>;
  /** What a person types to remove it. */
  command(leftover: Leftover): string;
}

/** Something that must not be removed yet; tried again later. */
export class StillInUse extends Error {
  override readonly name = 'StillInUse';
}

/**
 * What the APIs answer while something else has to go first. Deleting a load balancer takes a few minutes, in which
 * its network interfaces hold on to its security groups.
 */
const IN_USE: ReadonlySet<string> = new Set([
  'StillInUse',
  'DependencyViolation',
  'ResourceInUse',
  'ResourceInUseException',
  'VolumeInUse',
  'InvalidNetworkInterface.InUse',
  'InvalidParameterValue', // EC2 says so of a network interface that is still attached.
  'OperationNotPermitted', // Deletion protection: a person may take it off while this waits.
  'OperationNotPermittedException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
]);

const GONE: ReadonlySet<string> = new Set([
  'LoadBalancerNotFound',
  'LoadBalancerNotFoundException',
  'TargetGroupNotFound',
  'TargetGroupNotFoundException',
  'InvalidGroup.NotFound',
  'InvalidVolume.NotFound',
  'InvalidNetworkInterfaceID.NotFound',
]);

export const isInUse = (error: unknown): error is Error => error instanceof Error && IN_USE.has(error.name);

/** Removes something that may be gone already. */
export async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Error && GONE.has(error.name))) throw error;
  }
}
