import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { PersistentVolume } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { clientSettings, REGION, type Account } from '../account';
import type { KubernetesApi } from '../kubernetes-api';

/** Name by which a StorageClass asks for EBS volumes. */
export const EBS_PROVISIONER = 'ebs.csi.aws.com';

/** The tag by which the EBS CSI driver knows its volume of a PersistentVolume. */
const NAME_TAG = 'CSIVolumeName';

/**
 * Keeps an EBS volume in the account for each volume that the local provisioner made in the name of the EBS CSI driver,
 * tagged as the driver tags its own. The data is on this machine; what the account's volume is for is that tearing the
 * cluster down has to find it.
 */
export class Volumes {
  private readonly ec2: EC2Client;
  /** Names of the volumes that were made: one that the account no longer has was deleted there, and stays so. */
  private readonly made = new Set<string>();

  constructor(
    private readonly api: KubernetesApi,
    account: Account,
    private readonly cluster: string,
  ) {
    this.ec2 = new EC2Client(clientSettings(account));
  }

  async reconcile(): Promise<void> {
    const list = await this.api.get<{ items: PersistentVolume[] }>('/api/v1/persistentvolumes');
    const volumes = (list?.items ?? []).filter(
      ({ metadata }) => metadata?.annotations?.['pv.kubernetes.io/provisioned-by'] === EBS_PROVISIONER,
    );
    const kept = await this.kept();
    for (const volume of volumes) {
      const name = volume.metadata?.name ?? '';
      if (!kept.has(name) && !this.made.has(name)) await this.create(volume);
      this.made.add(name);
    }
    // A PersistentVolume that is deleted takes its EBS volume along; one that is retained is still there.
    const there = new Set(volumes.map(({ metadata }) => metadata?.name ?? ''));
    for (const [name, id] of kept) {
      if (!there.has(name)) await this.ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    }
  }

  private async kept(): Promise<Map<string, string>> {
    const { Volumes: found } = await this.ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'tag-key', Values: [NAME_TAG] }] }),
    );
    return new Map(
      (found ?? []).map(({ Tags, VolumeId }) => [
        Tags?.find(({ Key }) => Key === NAME_TAG)?.Value ?? '',
        VolumeId ?? '',
      ]),
    );
  }

  private async create({ metadata, spec }: PersistentVolume): Promise<void> {
    const tags = {
      ...(await this.tagsOfClass(spec?.storageClassName ?? '')),
      [NAME_TAG]: metadata?.name ?? '',
      KubernetesCluster: this.cluster,
      'ebs.csi.aws.com/cluster': 'true',
      [`kubernetes.io/cluster/${this.cluster}`]: 'owned',
      'kubernetes.io/created-for/pvc/name': spec?.claimRef?.name ?? '',
      'kubernetes.io/created-for/pvc/namespace': spec?.claimRef?.namespace ?? '',
    };
    await this.ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${REGION}a`,
        VolumeType: 'gp3',
        Encrypted: true,
        Size: Number.parseInt(spec?.capacity?.['storage'] ?? '1', 10),
        TagSpecifications: [
          { ResourceType: 'volume', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
        ],
      }),
    );
  }

  /** The class's `tagSpecification_N`, each `key=value`; the driver does not say in what order. */
  private async tagsOfClass(name: string): Promise<Record<string, string>> {
    const found = await this.api.get<StorageClass>(`/apis/storage.k8s.io/v1/storageclasses/${name}`);
    return Object.fromEntries(
      Object.entries(found?.parameters ?? {})
        .filter(([parameter]) => parameter.startsWith('tagSpecification'))
        .map(([, tag]) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
    );
  }
}
