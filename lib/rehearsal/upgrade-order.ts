import type { StackEvent } from '@aws-sdk/client-cloudformation';

/** The parts of the platform that change with the version of Kubernetes, in the order they have to. */
const ORDER = ['AWS::EKS::Cluster', 'AWS::EKS::Nodegroup'] as const;

/** What has a version that goes with that of Kubernetes. */
const UPGRADED: readonly string[] = [...ORDER, 'AWS::EKS::Addon'];

/** What a wrong order of an upgrade is; empty when there is nothing wrong. */
export function upgradeProblems(events: readonly StackEvent[]): string[] {
  const at = (type: string, status: string) =>
    events.flatMap((event, i) => (event.ResourceType === type && event.ResourceStatus === status ? [i] : []));
  const problems: string[] = [];
  for (const type of ORDER) {
    if (at(type, 'UPDATE_COMPLETE').length === 0) problems.push(`no ${type} was updated`);
  }
  // Kubelets may be older than the API server, never newer (https://kubernetes.io/releases/version-skew-policy/).
  const [cluster, nodes] = ORDER;
  const done = at(cluster, 'UPDATE_COMPLETE').at(-1) ?? -1;
  const begun = at(nodes, 'UPDATE_IN_PROGRESS').at(0) ?? Infinity;
  if (begun < done) problems.push('a node group began its update before the control plane had ended its own');
  return problems;
}

/** Types of the cluster's resources that were updated, in the order they were done, each once. */
export function updatedTypes(events: readonly StackEvent[]): string[] {
  const types = events
    .filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_COMPLETE')
    .map(({ ResourceType }) => ResourceType ?? '')
    .filter((type) => UPGRADED.includes(type));
  return [...new Set(types)];
}

/** Made anew with each version of kubectl, as a version of a layer stays what it was; its function takes the new one. */
const LAYER = '[~] AWS::Lambda::LayerVersion ControlPlane/KubectlLayer ';

/** Resources that `cdk diff` says would, or may, be made anew or be gone, by the lines it marks so. */
export function replacements(diff: string): string[] {
  return diff
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^\[[-~+]\] (?:AWS|Custom)::/.test(line))
    .filter((line) => line.startsWith('[-]') || /\b(?:replace|replaced|destroy|orphan)$/.test(line))
    .filter((line) => !line.startsWith(LAYER));
}
