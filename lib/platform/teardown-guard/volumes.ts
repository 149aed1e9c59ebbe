import { DeleteVolumeCommand, type EC2Client, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { type Kind, type Leftover, StillInUse, unlessGone } from './leftover';
import { tagFilters, type Tags } from './tags';

/** EBS volumes of the cluster's claims. */
export function volumes(client: EC2Client, tags: Tags): Kind {
  const attached = new Map<string, string>();
  return {
    name: 'volume',
    async find() {
      const found: Leftover[] = [];
      attached.clear();
      for await (const page of paginateDescribeVolumes({ client }, { Filters: tagFilters(tags) })) {
        for (const { VolumeId = '', State, Attachments = [], Tags: has = [] } of page.Volumes ?? []) {
          if (State === 'deleting' || State === 'deleted') continue;
          const name = has.find(({ Key }) => Key === 'kubernetes.io/created-for/pvc/name')?.Value;
          found.push({ id: VolumeId, name: name ?? VolumeId });
          if (State === 'in-use') attached.set(VolumeId, Attachments[0]?.InstanceId ?? 'an instance');
        }
      }
      return found;
    },
    remove({ id }) {
      const instance = attached.get(id);
      if (instance !== undefined) return Promise.reject(new StillInUse(`attached to ${instance}`));
      return unlessGone(client.send(new DeleteVolumeCommand({ VolumeId: id })));
    },
    command: ({ id }) => `aws ec2 delete-volume --volume-id ${id}`,
  };
}
