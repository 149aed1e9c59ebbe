import type { Certificate } from './certificates';
import { kubeletCgroup } from './cgroups';
import { kubeconfigFile } from './control-plane';
import type { Place } from './place';
import { CNI_PLUGINS } from './requirements';
import { clusterCidr, podCidr, SERVICES, type Subnet } from './subnet';
import { SYSTEM_IMAGES } from './system-images';

/** Where containerd listens, for those on its node. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/**
 * containerd's settings that differ from its own, as TOML.
 *
 * @param cni directory of the network's description
 * @param registries directory that says how registries are reached, one folder each; read at every pull:
 *   https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function containerdConfig(runc: string, cni: string, registries: string): string {
  return `version = 3
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '${registries}'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${SYSTEM_IMAGES.pause}'
[plugins.'io.containerd.cri.v1.runtime']
  # Machines in containers may not raise a process's priority over another's when memory runs out.
  restrict_oom_score_adj = true
  # Every second by default, of every container; nobody here asks how much processor time they used.
  stats_collect_period = '1m'
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ['${CNI_PLUGINS}']
    conf_dir = '${cni}'
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = 'io.containerd.runc.v2'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      BinaryName = '${runc}'
      SystemdCgroup = false
`;
}

/**
 * The pods' network on a node. Each pod has a link of its own to the node (ptp) instead of one to a bridge:
 * between two pods of a bridge, answers from a service's address would bypass the rules that translate them.
 */
export function podNetwork(net: Subnet, n: number): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: podCidr(net, n) }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

export interface KubeletFiles {
  readonly authority: Certificate;
  readonly certificate: Certificate;
  readonly resolvConf: string;
}

export function kubeletConfig(place: Place, n: number, files: KubeletFiles): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    authentication: {
      x509: { clientCAFile: files.authority.certificate },
      webhook: { enabled: true },
      anonymous: { enabled: false },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: files.certificate.certificate,
    tlsPrivateKeyFile: files.certificate.key,
    clusterDNS: [SERVICES.dns],
    clusterDomain: 'cluster.local',
    resolvConf: files.resolvConf,
    cgroupRoot: kubeletCgroup(place, n),
    cgroupDriver: 'cgroupfs', // systemd would have to know each node; this works with and without it, v1 and v2.
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0, // See containerd's.
    nodeLeaseDurationSeconds: 8, // Renewed every quarter of it; see NODE_GRACE_SECONDS.
    // A drill ends the same container again and again, and each time waits for it.
    featureGates: { KubeletCrashLoopBackOffMax: true },
    crashLoopBackOff: { maxContainerRestartPeriod: '5s' },
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // The disk is this machine's: how full it is says nothing about the cluster.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100, // Images come from archives: what is collected cannot be pulled again.
  };
}

export function proxyConfig(place: Place, net: Subnet, n: number): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: kubeconfigFile(place, 'proxy') },
    hostnameOverride: `node-${n}`,
    clusterCIDR: clusterCidr(net),
    // These are limits of this machine's kernel, not of a namespace.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
