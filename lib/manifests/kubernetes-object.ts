import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/** Anything `kubectl apply` takes: the fields that every Kubernetes object has. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta & { readonly name: string };
}
