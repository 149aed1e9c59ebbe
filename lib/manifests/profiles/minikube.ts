import { contract } from '../../contract';
import type { Profile } from '../profile';

export interface MinikubeOptions {
  readonly image: string;
  /** Host name of the Ingress. */
  readonly host: string;
  readonly replicas: number;
}

/**
 * minikube with its `standard` storage class and its `ingress` addon. The local Kubernetes offers the same two,
 * so it runs the same manifests.
 */
export function minikubeProfile(options: MinikubeOptions): Profile {
  return {
    namespace: contract.name,
    image: options.image,
    replicas: options.replicas,
    replicasCommand: `bin/berth export --image ${options.image} --host ${options.host} --replicas N | kubectl apply --filename -`,
    storage: { className: 'standard', size: '4Gi' },
    ingress: {
      className: 'nginx',
      host: options.host,
      // Larger than the server's own limit, so that a body that is too large gets the server's answer.
      annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '2m' },
    },
    // The addon's controller runs in this namespace.
    clients: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
    // minikube's nodes carry no zone label.
    zonesRequired: false,
    drainSeconds: 5,
    resources: {
      requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '16Mi' },
      limits: { memory: '1Gi', 'ephemeral-storage': '64Mi' },
    },
  };
}
