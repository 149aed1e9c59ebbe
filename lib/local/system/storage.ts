import type { ConfigMap, Namespace, Pod, ServiceAccount } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { SYSTEM_IMAGES } from '../system-images';

/** The provisioner's own name for itself. */
export const LOCAL_PATH = 'rancher.io/local-path';

export const PROVISIONER = {
  namespace: 'local-path-storage',
  configMap: 'local-path-config',
  serviceAccount: 'local-path-provisioner',
};

/** Where each node keeps its volumes: in its own /var/lib, which is on this machine's disk. */
const VOLUMES = '/var/lib/volumes';

const HELPER: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'volume' },
  spec: {
    containers: [{ name: 'volume', image: SYSTEM_IMAGES.busybox, imagePullPolicy: 'IfNotPresent' }],
  },
};

/** The provisioner's files: it reads them from a directory, and its pods read the scripts from a ConfigMap. */
export const PROVISIONER_FILES = {
  'config.json': JSON.stringify({
    nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [VOLUMES] }],
  }),
  'helperPod.yaml': JSON.stringify(HELPER),
  // Volumes of this kind ignore fsGroup: what lets a server write that is not root is the directory's mode.
  setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
  teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
};

/** The default storage class, named as minikube names its own. A volume is made on the node its first pod runs on. */
export function storage(): (Namespace | ServiceAccount | ConfigMap | StorageClass)[] {
  const { namespace, configMap, serviceAccount } = PROVISIONER;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configMap, namespace },
      data: PROVISIONER_FILES,
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'standard',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: LOCAL_PATH,
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ];
}
