import { eksProfile, type EksOptions } from '../../lib/manifests/profiles/eks';
import { minikubeProfile } from '../../lib/manifests/profiles/minikube';

/** Profiles with the least that each asks for; a test names what it is about. */
export const minikube = (replicas = 1) =>
  minikubeProfile({ image: 'localhost/berth:dev', host: 'berth.localhost', replicas });

export const eks = (options: Partial<EksOptions> = {}) =>
  eksProfile({
    image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/berth@sha256:${'0'.repeat(64)}`,
    replicas: 3,
    volumeSize: '8Gi',
    storageClassName: 'gp3',
    loadBalancerCidrs: ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24'],
    clientCidrs: ['203.0.113.0/24'],
    accessLogs: { bucket: 'logs', prefix: 'berth' },
    ...options,
  });
