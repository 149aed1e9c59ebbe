import {
  DeleteVolumeCommand,
  type EC2Client,
  paginateDescribeVolumes,
  type Volume,
} from '@aws-sdk/client-ec2';
import { type Kind, type Leftover, StillInUse, unlessGone } from './leftover';
import { tagFilters, type Tags } from './tags';

/**
 * EBS volumes of the cluster's claims.
 * @param alternatives tags of which a volume carries one set or another
 */
export function volumes(client: EC2Client, alternatives: readonly Tags[]): Kind {
  const attached = new Map<string, string>();
  return {
    name: 'volume',
    async find() {
      const found: Leftover[] = [];
      attached.clear();
      for (const { VolumeId: id = '', State, Attachments = [], Tags: has = [] } of await tagged(
        client,
        alternatives,
      )) {
        if (State === 'deleting' || State === 'deleted') continue;
        const name = has.find(({ Key }) => Key === 'kubernetes.io/created-for/pvc/name')?.Value;
        found.push({ id, name: name ?? id });
        if (State === 'in-use') attached.set(id, Attachments[0]?.InstanceId ?? 'an instance');
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

/** Volumes that carry one set of tags or another, each once. */
export async function tagged(client: EC2Client, alternatives: readonly Tags[]): Promise<Volume[]> {
  const found = new Map<string, Volume>();
  for (const tags of alternatives) {
    for await (const page of paginateDescribeVolumes({ client }, { Filters: tagFilters(tags) })) {
      for (const volume of page.Volumes ?? []) found.set(volume.VolumeId ?? '', volume);
    }
  }
  return [...found.values()];
}
