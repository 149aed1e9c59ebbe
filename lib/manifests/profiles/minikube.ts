import { contract } from '../../contract';
import type { Profile } from '../profile';

/** Short for a laptop, on which a stall of some seconds is no fault yet. */
const DETECTION_SECONDS = 12;

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
      annotations: {
        // Larger than the server's own limit, so that a body that is too large gets the server's answer.
        'nginx.ingress.kubernetes.io/proxy-body-size': '2m',
        // A pod that takes no connection within this time is not there; by default it would be waited for 5 s.
        'nginx.ingress.kubernetes.io/proxy-connect-timeout': String(Math.floor(DETECTION_SECONDS / 6)),
        // By default a PUT or DELETE that a pod does not answer is sent to another one. A pod that only hung may make
        // the first one later, after somebody else has written: then an acknowledged write is overwritten.
        'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
      },
    },
    // The addon's controller runs in this namespace.
    clients: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
    // minikube's nodes carry no zone label.
    zonesRequired: false,
    drainSeconds: 5,
    detectionSeconds: DETECTION_SECONDS,
    resources: {
      requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '16Mi' },
      limits: { memory: '1Gi', 'ephemeral-storage': '64Mi' },
    },
  };
}
