import type { Service } from 'kubernetes-types/core/v1';
import { contract } from '../contract';
import { labels, selector } from './labels';
import type { Profile } from './profile';

/** The Service that clients reach through the Ingress: ready pods only. */
export function clientService(profile: Profile) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: contract.services.client, namespace: profile.namespace, labels },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [
        { name: contract.ports.http.name, port: 80, targetPort: contract.ports.http.name, protocol: 'TCP' },
      ],
    },
  } satisfies Service;
}

/**
 * The headless Service that gives each pod its DNS name, under which the other members know it for good.
 * Unready pods are published too: members must find each other before any of them can be ready.
 */
export function peerService(profile: Profile) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: contract.services.peers, namespace: profile.namespace, labels },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector,
      ports: [contract.ports.peer, contract.ports.membership].map(({ name, number }) => ({
        name,
        port: number,
        targetPort: name,
        protocol: 'TCP',
      })),
    },
  } satisfies Service;
}
