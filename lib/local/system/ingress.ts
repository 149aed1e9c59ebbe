import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { IngressClass } from 'kubernetes-types/networking/v1';
import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { SYSTEM_IMAGES } from '../system-images';
import { clusterAccount, READ } from './cluster-account';

const name = 'skipper';
const labels = { app: name };

/** What Ingresses of minikube's ingress addon name, so that the same manifest works on both. */
const CLASS = 'nginx';

/** Where skipper says of itself that it has its routes. */
const HEALTH = '/kube-system/healthz';

/**
 * Skipper's settings. A pod that ends takes requests until its endpoint is gone everywhere, so how often the
 * endpoints are read bounds how long it must wait before it stops listening; and a request may take its time.
 */
const ARGUMENTS = [
  '-kubernetes',
  '-kubernetes-in-cluster',
  // And what Ingresses of an account name, for the rehearsal: the class itself is made by what plays their controller.
  `-kubernetes-ingress-class=^(${CLASS}|alb)$`,
  '-enable-kubernetes-endpointslices',
  '-kubernetes-path-mode=path-prefix',
  '-kubernetes-https-redirect=false', // There are no certificates here.
  '-address=:80',
  '-source-poll-timeout=1000',
  '-wait-first-route-load',
  '-wait-for-healthcheck-interval=0s', // Nothing in front of it has to notice that it ends.
  // A pod that does not take a connection at once is given up for another one; a slow answer is waited for.
  '-timeout-backend=1s',
  '-response-header-timeout-backend=10m',
  '-read-timeout-server=10m',
  '-write-timeout-server=0s',
  // Shorter than servers commonly keep them, so that none is used again in the moment its server closes it.
  '-close-idle-conns-period=3s',
  '-forwarded-headers=X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto=http',
  '-access-log-disabled',
];

/** The way in: on each node, at the node's own port 80. */
export function ingress(): (ServiceAccount | ClusterRole | ClusterRoleBinding | DaemonSet | IngressClass)[] {
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: CLASS },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
    ...clusterAccount(name, [
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: READ },
      {
        apiGroups: [''],
        resources: ['namespaces', 'services', 'endpoints', 'pods', 'secrets'],
        verbs: READ,
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
      { apiGroups: ['zalando.org'], resources: ['routegroups'], verbs: READ },
    ]),
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: 'kube-system' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            priorityClassName: 'system-node-critical',
            hostNetwork: true,
            containers: [
              {
                name,
                image: SYSTEM_IMAGES.skipper,
                imagePullPolicy: 'IfNotPresent',
                args: ARGUMENTS,
                // As minikube's; without, it is the first to wait while processors are short, and every request with it.
                resources: { requests: { cpu: '100m', memory: '90Mi' } },
                readinessProbe: { httpGet: { path: HEALTH, port: 80 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ];
}
