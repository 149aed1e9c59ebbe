import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminKubeconfig, onNode, program, type Rising } from './control-plane';
import { startDaemon, type Daemon } from './daemon';
import { LOCAL_PATH, PROVISIONER, PROVISIONER_FILES } from './system/storage';
import { SYSTEM_IMAGES } from './system-images';

/**
 * Starts what makes volumes. A process and not a pod, as it needs no image that way.
 * @param name what a StorageClass calls it as its provisioner
 */
export function startProvisioner({ place, parts, boot }: Rising, name = LOCAL_PATH): Daemon {
  const directory = join(place.state, 'provisioner');
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(PROVISIONER_FILES))
    writeFileSync(join(directory, name), content);
  const daemon = name === LOCAL_PATH ? 'local-path-provisioner' : `local-path-provisioner-as-${name}`;
  return startDaemon(place, boot, daemon, [
    ...onNode(place, 1),
    program(parts, 'local-path-provisioner'),
    'start',
    `--provisioner-name=${name}`,
    `--kubeconfig=${adminKubeconfig(place)}`,
    `--config=${join(directory, 'config.json')}`,
    `--helper-pod-file=${join(directory, 'helperPod.yaml')}`,
    `--helper-image=${SYSTEM_IMAGES.busybox}`,
    `--namespace=${PROVISIONER.namespace}`,
    `--configmap-name=${PROVISIONER.configMap}`,
    `--service-account-name=${PROVISIONER.serviceAccount}`,
  ]);
}
