import type { ResourceRequirements } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';

/**
 * All that differs between the platforms the server runs on, as data: no builder asks for the platform's name.
 *
 * Strings may be CDK tokens: builders pass them on and never look inside.
 * Numbers decide the shape of objects and must be known when the manifests are made.
 */
export interface Profile {
  /** Namespace that holds every object. */
  readonly namespace: string;
  /** Labels of the namespace besides Pod Security's, for admission webhooks that look for them. Default none. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Image reference; a digest where the platform pulls from a registry. */
  readonly image: string;
  /** Members of the store: 1, 3 or 5. */
  readonly replicas: number;
  /** What whoever owns the installation runs to change the number of replicas; `N` stands for it. */
  readonly replicasCommand: string;
  readonly storage: StorageProfile;
  readonly ingress: IngressProfile;
  /** Who may open connections to the HTTP port: where the platform's load balancer sends requests from. */
  readonly clients: readonly NetworkPolicyPeer[];
  /**
   * Whether a pod waits rather than share a zone with another while zones differ by more than one.
   * Only where every node carries the zone label; otherwise spreading is a wish.
   */
  readonly zonesRequired: boolean;
  /**
   * Seconds a pod that is told to end goes on serving, so that whatever routes to it has let go before it stops.
   * Longer than the platform needs for that. Every other time follows from it: see `timing`.
   */
  readonly drainSeconds: number;
  /**
   * Seconds after which a member that hangs, or is cut off from the majority, is found out, and after which the
   * Ingress gives up one that takes no connections: what was routed to it until then may fail. At least 12.
   */
  readonly detectionSeconds: number;
  readonly resources: ResourceRequirements & { readonly limits: { readonly memory: string } };
}

export interface StorageProfile {
  /** StorageClass of the volumes. Cannot change once the set exists. */
  readonly className: string;
  /** Size of each volume, a Kubernetes quantity such as `8Gi`. Cannot change in place once the set exists. */
  readonly size: string;
}

export interface IngressProfile {
  readonly className: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Host name it answers to; any when absent. */
  readonly host?: string;
}
