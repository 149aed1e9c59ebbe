import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Construct, IDependable } from 'constructs';
import type { KubernetesObject } from '../manifests/kubernetes-object';

export interface KubernetesResourceProps {
  readonly cluster: eks.ICluster;
  readonly object: KubernetesObject;
  /** What must be there first. Nothing is implied: CloudFormation cannot see inside a manifest. */
  readonly after?: readonly IDependable[];
}

/**
 * One Kubernetes object as one CloudFormation resource, so that each is created, changed, rolled back and deleted by
 * itself. The logical id follows from kind and name: a new one would delete the live object (aws-cdk#33406).
 *
 * Made in the caller's stack: `cluster.addManifest` would put it into the cluster's and close a circle.
 */
export function kubernetesResource(scope: Construct, props: KubernetesResourceProps): eks.KubernetesManifest {
  const { object, cluster, after = [] } = props;
  const resource = new eks.KubernetesManifest(scope, `${object.kind} ${object.metadata.name}`, {
    cluster,
    // The construct may write into what it is given; profiles share their label maps.
    manifest: [structuredClone(object)],
    prune: false,
  });
  resource.node.addDependency(...after);
  return resource;
}
