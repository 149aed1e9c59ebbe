import { contract } from '../../contract';
import { albAnnotations, type AccessLogSettings } from '../alb-annotations';
import type { Profile } from '../profile';

/** How long the load balancer goes on sending answers of a target that leaves; the longest request fits. */
const DEREGISTRATION_SECONDS = contract.limits.requestSeconds;
/** How long the controller may take to hear that a pod goes and to deregister it. */
const NOTICE_SECONDS = 5;

/** When the load balancer and the kubelet have found out that a member does not answer. */
const DETECTION_SECONDS = 20;
/** Health checks in a row that decide, the least the load balancer allows. */
const HEALTH_CHECKS = 2;
/** It has just asked when it happens, so one interval passes before the first check that fails; each may take all of it. */
const HEALTH_CHECK_SECONDS = Math.floor(DETECTION_SECONDS / (HEALTH_CHECKS + 2));

export interface EksOptions {
  /** `repository@sha256:…`; may be a CDK token. */
  readonly image: string;
  /** Host name of the Ingress; any when absent. May be a CDK token. */
  readonly host?: string;
  readonly replicas: number;
  /** Size of each volume, a Kubernetes quantity. */
  readonly volumeSize: string;
  /** Name of the gp3 StorageClass. */
  readonly storageClassName: string;
  /** CIDR blocks of the subnets the load balancer stands in, from which it reaches the pods. May be CDK tokens. */
  readonly loadBalancerCidrs: readonly string[];
  /** CIDR blocks clients may come from. May be CDK tokens. */
  readonly clientCidrs: readonly string[];
  /** Where the load balancer writes its access logs. The bucket may be a CDK token. */
  readonly accessLogs: AccessLogSettings;
  /** Certificate of `host`, for HTTPS; may be a CDK token. Plain HTTP when absent. */
  readonly certificateArn?: string;
}

/** EKS with EBS gp3 volumes and the AWS Load Balancer Controller. */
export function eksProfile(options: EksOptions): Profile {
  return {
    namespace: contract.name,
    // The controller's webhook adds a readiness gate to pods here: a pod counts as ready once its target is healthy.
    namespaceLabels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' },
    image: options.image,
    replicas: options.replicas,
    replicasCommand: 'npx cdk deploy --all --context replicas=N',
    storage: { className: options.storageClassName, size: options.volumeSize },
    ingress: {
      className: 'alb',
      ...(options.host === undefined ? {} : { host: options.host }),
      annotations: albAnnotations({
        scheme: 'internet-facing',
        healthCheckPath: contract.paths.ready,
        healthCheckIntervalSeconds: HEALTH_CHECK_SECONDS,
        healthCheckThreshold: HEALTH_CHECKS,
        deregistrationSeconds: DEREGISTRATION_SECONDS,
        idleSeconds: contract.limits.idleSeconds - 15,
        clientCidrs: options.clientCidrs,
        accessLogs: options.accessLogs,
        ...(options.certificateArn === undefined ? {} : { certificateArn: options.certificateArn }),
      }),
    },
    // Targets are addressed by IP: the load balancer's requests come from its own subnets, not from any pod.
    clients: options.loadBalancerCidrs.map((cidr) => ({ ipBlock: { cidr } })),
    // A volume lives in one zone for good: the first pods decide where, so they must not share one.
    zonesRequired: true,
    detectionSeconds: DETECTION_SECONDS,
    drainSeconds: DEREGISTRATION_SECONDS + NOTICE_SECONDS,
    resources: {
      requests: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '64Mi' },
      limits: { memory: '2Gi', 'ephemeral-storage': '256Mi' },
    },
  };
}
