import type { Ingress } from 'kubernetes-types/networking/v1';
import { contract } from '../contract';
import { labels } from './labels';
import type { Profile } from './profile';

/** The way in from outside the cluster: every path of one host to the client Service. */
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
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: {
                  service: { name: contract.services.client, port: { name: contract.ports.http.name } },
                },
              },
            ],
          },
        },
      ],
    },
  } satisfies Ingress;
}
