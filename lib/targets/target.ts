import type { FrontDoor } from '../client/item-client';
import type { Requirement } from '../requirements/requirement';
import type { Progress } from '../terminal/progress';

/** How this machine talks to a Kubernetes. */
export interface Cluster {
  /** What people call it. */
  readonly name: string;
  /** Runs kubectl against this cluster and returns what it prints. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** How a person calls kubectl on this cluster. */
  readonly kubectlHint: string;
}

/** A Kubernetes that the server is put on. Its name is as given with `--on`: `local`, `minikube` or `context:NAME`. */
export interface Target extends Cluster {
  /** What must be on this machine for the rest to work. */
  requirements(): Promise<Requirement[]>;
  /**
   * Brings the cluster up if this target can, and otherwise checks that it is there. Repeating it is harmless.
   * Returns whether this very call started a cluster of Berth's own.
   */
  start(progress: Progress): Promise<boolean>;
  /** Puts an image into every node. Absent where nodes pull from a registry. */
  readonly loadImage?: (archive: string, reference: string) => Promise<void>;
  /** What runs the Ingress controller, as kubectl names it. Absent where it is not known or not on the cluster. */
  readonly ingressController?: IngressController;
  /** Where the Ingress listens. */
  frontDoor(): Promise<FrontDoor>;
  /**
   * Stops the whole cluster, its volumes included; returns false when there was nothing to stop.
   * Absent where the cluster is not Berth's to stop.
   */
  readonly destroy?: (progress: Progress) => Promise<boolean>;
}

/** What stands in front of the pods, as kubectl names it. */
export interface IngressController {
  readonly namespace: string;
  readonly workload: string;
  /** Its log of requests that got no answer. Absent where that is not read. */
  readonly log?: {
    /** The header that names a request there. */
    readonly requestHeader: string;
    /** What it has of the time from this moment on, in milliseconds since 1970, as far as the pods that wrote it are still there. */
    unanswered(since: number): Promise<readonly Unanswered[]>;
  };
}

/** A request that the Ingress controller got no answer for. */
export interface Unanswered {
  /** The request's name, from the header. */
  readonly request: string;
  /** Where it was sent last, ADDRESS:PORT. */
  readonly to: string;
  /** Whether a connection was taken there; if not, no server has seen the request. */
  readonly connected: boolean;
  /** In the controller's own words. */
  readonly reason: string;
}

export interface KubectlOptions {
  /** Written to kubectl's standard input, for `-f -`. */
  readonly input?: string;
  /** Receives each line as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends a kubectl that would go on for ever, such as a port-forward, and counts that as done. */
  readonly until?: AbortSignal;
}
