import { parse } from 'yaml';
import { containerdConfig, kubeletConfig, podNetwork, proxyConfig } from '../../lib/local/node-config';
import type { Place } from '../../lib/local/place';
import { dns } from '../../lib/local/system/dns';
import { ingress } from '../../lib/local/system/ingress';
import { PROVISIONER_FILES, storage } from '../../lib/local/system/storage';

const place: Place = {
  id: 'f',
  checkout: '',
  state: '/var/lib/berth/f',
  link: '',
  cgroup: 'berth-f',
  marker: {},
};
const certificate = { certificate: '/c', key: '/k' };

test('nodes share neither pod addresses nor cgroups', () => {
  const net = { second: 120 };
  expect(JSON.stringify(podNetwork(net, 1))).toContain('10.120.1.0/24');
  expect(JSON.stringify(podNetwork(net, 2))).toContain('10.120.2.0/24');
  const cgroupRoot = (n: number) =>
    (
      kubeletConfig(place, n, { authority: certificate, certificate, resolvConf: '/r' }) as {
        cgroupRoot: string;
      }
    ).cgroupRoot;
  expect([cgroupRoot(1), cgroupRoot(2)]).toEqual(['/berth-f/node-1', '/berth-f/node-2']);
});

test('containerd keeps the image that no pod starts without and runs the runc that was found', () => {
  const config = containerdConfig('/usr/bin/runc', '/cni', '/registries');
  expect(config).toContain("sandbox = 'localhost/berth/pause:local'");
  expect(config).toContain("BinaryName = '/usr/bin/runc'");
});

test("kube-proxy leaves this machine's own limits alone", () => {
  expect(proxyConfig(place, { second: 120 }, 1)).toMatchObject({
    mode: 'nftables',
    conntrack: { maxPerCore: 0 },
  });
});

test('DNS runs on two nodes where there are two', () => {
  const replicas = (nodes: number) =>
    dns(nodes).flatMap((o) => (o.kind === 'Deployment' && 'spec' in o ? [o.spec] : []));
  expect(replicas(1)).toMatchObject([{ replicas: 1 }]);
  expect(replicas(3)).toMatchObject([{ replicas: 2 }]);
});

test('an Ingress or a volume claim written for minikube finds its class', () => {
  expect(ingress()).toContainEqual(
    expect.objectContaining({
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    }),
  );
  expect(storage()).toContainEqual(
    expect.objectContaining({ kind: 'StorageClass', volumeBindingMode: 'WaitForFirstConsumer' }),
  );
});

test("the provisioner's pod is one that Kubernetes can read", () => {
  expect(parse(PROVISIONER_FILES['helperPod.yaml'])).toMatchObject({ kind: 'Pod' });
});
