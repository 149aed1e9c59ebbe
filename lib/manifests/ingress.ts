import type { Ingress } from 'kubernetes-types/networking/v1';
import { contract } from '../contract';
import { labels } from './labels';
import type { Profile } from './profile';

/**
 * What clients outside the cluster may ask for. Not the metrics, which anybody may read without a token, and which
 * tell of one pod that chance chose; nor whether a pod is alive, which is for its kubelet.
 */
const EXPOSED = [
  { path: contract.paths.items, pathType: 'Prefix' },
  { path: contract.paths.openapi, pathType: 'Exact' },
  { path: contract.paths.ready, pathType: 'Exact' },
];

/** The way in from outside the cluster: what is exposed of one host goes to the client Service. */
export function ingress(profile: Profile) {
  const { className, annotations, host } = profile.ingress;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: contract.name, namespace: profile.namespace, labels, annotations: { ...annotations } },
    spec: {
      ingressClassName: className,
      rules: [
        {
          ...(host === undefined ? {} : { host }),
          http: {
            paths: EXPOSED.map((exposed) => ({
              ...exposed,
              backend: {
                service: { name: contract.services.client, port: { name: contract.ports.http.name } },
              },
            })),
          },
        },
      ],
    },
  } satisfies Ingress;
}
