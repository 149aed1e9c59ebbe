import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { contract } from '../contract';
import { labels, selector } from './labels';
import type { Profile } from './profile';

/**
 * Closes the pods but for three things: the platform's load balancer to the HTTP port, members to each other's
 * peer and membership ports, and DNS. The kubelet's probes come from the node, which a NetworkPolicy never blocks.
 */
export function networkPolicy(profile: Profile) {
  const members = { podSelector: { matchLabels: selector } };
  const http = { port: contract.ports.http.number, protocol: 'TCP' };
  const peers = [contract.ports.peer, contract.ports.membership].map(({ number }) => ({
    port: number,
    protocol: 'TCP',
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: contract.name, namespace: profile.namespace, labels },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [...profile.clients], ports: [http] },
        { from: [members], ports: peers },
      ],
      egress: [
        { to: [members], ports: peers },
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
    },
  } satisfies NetworkPolicy;
}
