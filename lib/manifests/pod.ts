import type { Container, PodSpec, Probe } from 'kubernetes-types/core/v1';
import { contract } from '../contract';
import { goMemoryLimit } from './go-memory-limit';
import { selector } from './labels';
import type { Profile } from './profile';
import { REPLICAS } from './replicas';
import { secretFile } from './secrets';
import { PROBE_TIMEOUT_SECONDS, timing, type Timing } from './timing';

/** Name of the volume that each pod keeps; part of the names of its claims, so it can never change. */
export const DATA_VOLUME = 'data';

/** Go's own variable, which no setting of the server's stands for. */
export const GO_MEMORY_LIMIT = 'GOMEMLIMIT';

/** The pod: one container that may write to its volume and nowhere else. */
export function podSpec(profile: Profile): PodSpec {
  const times = timing(profile);
  return {
    serviceAccountName: contract.name,
    automountServiceAccountToken: false,
    // Service links would put BERTH_PORT and the like into the environment, which the server refuses as unknown settings.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: times.grace,
    // Behind the cluster's address for DNS are several servers, and one may be on a node that was just lost: the question
    // is sent again after a second, not five, and may reach another.
    dnsConfig: {
      options: [
        { name: 'timeout', value: '1' },
        { name: 'attempts', value: '4' },
      ],
    },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: contract.image.user,
      runAsGroup: contract.image.group,
      fsGroup: contract.image.group,
      // Changing the owner of every file of a large volume would take minutes at each start.
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: [
      spread('topology.kubernetes.io/zone', profile.zonesRequired),
      spread('kubernetes.io/hostname', false),
    ],
    containers: [container(profile, times)],
    volumes: [secretVolume('tokens', contract.tokens), secretVolume('peers', contract.peerSecret)],
  };
}

function container(profile: Profile, times: Timing): Container {
  const { environment, ports } = contract;
  return {
    name: contract.name,
    image: profile.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [ports.http, ports.peer, ports.membership].map(({ name, number }) => ({
      name,
      containerPort: number,
      protocol: 'TCP',
    })),
    env: [
      {
        name: environment.podName,
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
      },
      { name: environment.peerDomain, value: `${contract.services.peers}.${profile.namespace}.svc` },
      {
        name: environment.replicas,
        valueFrom: { configMapKeyRef: { name: REPLICAS.configMap, key: REPLICAS.key } },
      },
      { name: environment.tokensFile, value: secretFile(contract.tokens) },
      { name: environment.peerSecretFile, value: secretFile(contract.peerSecret) },
      { name: environment.drainDelay, value: `${times.farewell}s` },
      { name: environment.shutdownTimeout, value: `${times.shutdown}s` },
      { name: environment.unreadyAfter, value: `${times.unreadyAfter}s` },
      { name: GO_MEMORY_LIMIT, value: goMemoryLimit(profile.resources.limits.memory) },
    ],
    resources: profile.resources,
    // Liveness is the process alone: restarting a member because others are away would only lose one more.
    startupProbe: { ...httpProbe(contract.paths.live), periodSeconds: 1, failureThreshold: times.startup },
    livenessProbe: { ...httpProbe(contract.paths.live), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: {
      ...httpProbe(contract.paths.ready),
      periodSeconds: times.readinessPeriod,
      failureThreshold: times.readinessFailures,
    },
    // The image has no shell to sleep in; the kubelet does it (native since Kubernetes 1.30).
    lifecycle: { preStop: { sleep: { seconds: times.drain } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: DATA_VOLUME, mountPath: contract.dataDirectory },
      { name: 'tokens', mountPath: contract.tokens.directory, readOnly: true },
      { name: 'peers', mountPath: contract.peerSecret.directory, readOnly: true },
    ],
  };
}

function httpProbe(path: string): Probe {
  return {
    httpGet: { path, port: contract.ports.http.name, scheme: 'HTTP' },
    timeoutSeconds: PROBE_TIMEOUT_SECONDS,
    successThreshold: 1,
  };
}

function spread(topologyKey: string, required: boolean) {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: required ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector: { matchLabels: selector },
  };
}

/** Optional, so that the set starts without it; the kubelet adds the file once the Secret is there. */
function secretVolume(name: string, { secret }: { secret: string }) {
  return { name, secret: { secretName: secret, optional: true, defaultMode: 0o440 } };
}
