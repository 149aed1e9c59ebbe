import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Versions of the EKS add-ons, as `aws eks describe-addon-versions` names them. */
export interface AddonVersions {
  readonly 'vpc-cni': string;
  readonly 'kube-proxy': string;
  readonly coredns: string;
  readonly 'eks-pod-identity-agent': string;
  readonly 'aws-ebs-csi-driver': string;
  readonly 'metrics-server': string;
}

export interface KubernetesRelease {
  /** Last day of standard support on EKS, ISO 8601. See `supportWarning`. */
  readonly supportedUntil: string;
  /** Why no cluster can have it, if so. */
  readonly refused?: string;
  readonly addons?: AddonVersions;
  /** The layer with kubectl and helm that fits. Loaded only when asked for: each weighs 37 MB. */
  readonly kubectlLayer?: (scope: Construct, id: string) => ILayerVersion;
}

/* eslint-disable @typescript-eslint/no-require-imports -- loading all layers would cost each synthesis what one needs */
/**
 * What is known of each Kubernetes version on EKS.
 *
 * Dates: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, read in November 2026.
 * The add-on versions were seen on running clusters of that version; `bin/berth doctor --aws` asks the account
 * whether it offers them.
 */
export const kubernetesReleases: Readonly<Record<string, KubernetesRelease>> = {
  '1.29': {
    supportedUntil: '2025-03-23',
    refused: 'EKS creates no clusters of it since 2026-03-23',
    kubectlLayer: (scope, id) => {
      const { KubectlV29Layer } =
        require('@aws-cdk/lambda-layer-kubectl-v29') as typeof import('@aws-cdk/lambda-layer-kubectl-v29');
      return new KubectlV29Layer(scope, id);
    },
  },
  '1.34': {
    supportedUntil: '2026-12-02',
    addons: {
      'vpc-cni': 'v1.20.4-eksbuild.2',
      'kube-proxy': 'v1.34.0-eksbuild.2',
      coredns: 'v1.12.3-eksbuild.1',
      'eks-pod-identity-agent': 'v1.3.10-eksbuild.2',
      'aws-ebs-csi-driver': 'v1.54.0-eksbuild.1',
      'metrics-server': 'v0.8.1-eksbuild.4',
    },
    kubectlLayer: (scope, id) => {
      const { KubectlV34Layer } =
        require('@aws-cdk/lambda-layer-kubectl-v34') as typeof import('@aws-cdk/lambda-layer-kubectl-v34');
      return new KubectlV34Layer(scope, id);
    },
  },
  '1.35': {
    supportedUntil: '2027-03-27',
    addons: {
      'vpc-cni': 'v1.21.1-eksbuild.8',
      'kube-proxy': 'v1.35.3-eksbuild.5',
      coredns: 'v1.14.2-eksbuild.4',
      'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
      'aws-ebs-csi-driver': 'v1.59.0-eksbuild.1',
      'metrics-server': 'v0.8.1-eksbuild.6',
    },
    kubectlLayer: (scope, id) => {
      const { KubectlV35Layer } =
        require('@aws-cdk/lambda-layer-kubectl-v35') as typeof import('@aws-cdk/lambda-layer-kubectl-v35');
      return new KubectlV35Layer(scope, id);
    },
  },
  '1.36': {
    supportedUntil: '2027-08-02',
    addons: {
      'vpc-cni': 'v1.22.3-eksbuild.1',
      'kube-proxy': 'v1.36.0-eksbuild.13',
      coredns: 'v1.14.3-eksbuild.3',
      'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
      'aws-ebs-csi-driver': 'v1.63.1-eksbuild.1',
      'metrics-server': 'v0.8.1-eksbuild.10',
    },
    kubectlLayer: (scope, id) => {
      const { KubectlV36Layer } =
        require('@aws-cdk/lambda-layer-kubectl-v36') as typeof import('@aws-cdk/lambda-layer-kubectl-v36');
      return new KubectlV36Layer(scope, id);
    },
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

export const DEFAULT_KUBERNETES_VERSION = '1.36';

/** The versions a cluster can have, oldest first. */
export function allowedVersions(): string[] {
  return Object.keys(kubernetesReleases).filter((version) => refusal(version) === undefined);
}

/** Why a cluster cannot have this version; undefined when it can. */
export function refusal(version: string): string | undefined {
  const release = kubernetesReleases[version];
  return release === undefined
    ? 'it is not in the table of lib/config/kubernetes-version.ts'
    : release.refused;
}

/**
 * What to say of a version whose standard support has ended; undefined until then.
 *
 * It is no reason to refuse: a cluster of that version may be there, and `cdk diff` and `cdk destroy` run the same app.
 * https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
 */
export function supportWarning(version: string, today: Date): string | undefined {
  const until = kubernetesReleases[version]?.supportedUntil;
  // The whole last day counts, wherever on Earth it is.
  if (until === undefined || today.getTime() <= Date.parse(`${until}T23:59:59-12:00`)) return undefined;
  const next = following(version);
  const fix =
    refusal(next) === undefined
      ? `-c kubernetesVersion=${next}`
      : `add ${next} to the table of lib/config/kubernetes-version.ts`;
  return (
    `kubernetesVersion is ${version}, whose standard support ended on ${until}: ` +
    `EKS moves the control plane up by itself, and leaves nodes and add-ons behind; fix: ${fix}`
  );
}

/** What is known of a version that a cluster can have. */
export function kubernetesRelease(version: string): Required<Omit<KubernetesRelease, 'refused'>> {
  const release = kubernetesReleases[version];
  if (release?.addons === undefined || release.kubectlLayer === undefined) {
    throw new RangeError(`Kubernetes version is ${version}; allowed: ${allowedVersions().join(', ')}`);
  }
  const { supportedUntil, addons, kubectlLayer } = release;
  return { supportedUntil, addons, kubectlLayer };
}

/**
 * Why a cluster of version `from` cannot become `to`; undefined when it can.
 * EKS moves a control plane up by one minor version at a time, and never down.
 * https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
 */
export function upgradeProblem(from: string, to: string): string | undefined {
  const [now, next] = [minor(from), minor(to)];
  if (next === now || next === now + 1) return undefined;
  const reason =
    next < now ? 'a control plane never goes down' : 'a control plane goes up one minor version at a time';
  const allowed = next < now ? `1.${now} or 1.${now + 1}` : `1.${now + 1} first`;
  return `kubernetesVersion is ${to} and the cluster runs ${from}: ${reason}; allowed: ${allowed}`;
}

/** The version one minor up, which EKS goes to next. */
export function following(version: string): string {
  return `1.${minor(version) + 1}`;
}

function minor(version: string): number {
  const match = /^1\.(\d+)$/.exec(version);
  if (match === null) throw new RangeError(`Kubernetes version is '${version}'; allowed: 1.MINOR`);
  return Number(match[1]);
}
