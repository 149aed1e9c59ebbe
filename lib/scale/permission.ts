import { contract } from '../contract';
import { REPLICAS } from '../manifests/replicas';
import { MEMBERS_LEFT } from '../manifests/replicas-policy';
import type { Target } from '../targets/target';

/** How long one permission lasts: well inside the five minutes in which members that left are kept away. */
const SECONDS = 120;

const GUARDED = [`statefulset/${contract.name}`, `configmap/${REPLICAS.configMap}`];

/** Lets `from` replicas be lowered to `to` for the next two minutes: see `replicasPolicies`. */
export async function allowFewer(target: Target, from: number, to: number): Promise<void> {
  const until = new Date(Date.now() + SECONDS * 1000).toISOString();
  await annotate(target, `${MEMBERS_LEFT}=${from} ${to} ${until}`);
}

/** Takes the permission back. */
export async function allowNoFewer(target: Target): Promise<void> {
  await annotate(target, `${MEMBERS_LEFT}-`);
}

async function annotate(target: Target, annotation: string): Promise<void> {
  await target.kubectl(['annotate', ...GUARDED, '--namespace', contract.name, '--overwrite', annotation]);
}
