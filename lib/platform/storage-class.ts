import type { StorageClass } from 'kubernetes-types/storage/v1';
import { names } from '../config/names';
import { volumeTag } from './teardown-guard/tags';

/** What the driver writes on each volume: the tag of every stack, for the bill, and the one the teardown guard looks for. */
function volumeTags(): Record<string, string> {
  const tags = { project: 'berth', ...volumeTag(names.cluster) };
  return Object.fromEntries(
    Object.entries(tags).map(([key, value], i) => [`tagSpecification_${i + 1}`, `${key}=${value}`]),
  );
}

/**
 * The class of the server's volumes. Nothing in it can change once it exists, so it fits every setting:
 * `Retain` always, and `dataOnDestroy: delete` has the teardown guard delete what is left.
 */
export const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: names.storageClass },
  provisioner: 'ebs.csi.aws.com',
  // Encrypted with the account's key for EBS: a key of this stack would go with it and take kept volumes along.
  parameters: { type: 'gp3', encrypted: 'true', 'csi.storage.k8s.io/fstype': 'ext4', ...volumeTags() },
  reclaimPolicy: 'Retain',
  // The volume is made in the zone where its pod was put.
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
} satisfies StorageClass;
