import { names } from '../../config/names';
import { clusterTags } from '../../platform/teardown-guard/tags';
import { tagged } from '../../platform/teardown-guard/volumes';
import { judge, type Check } from '../check';

export const volumes: Check = {
  title: 'volumes: gp3, encrypted, spread over the zones',
  applies: ({ stacks }) => stacks.server !== undefined,
  async look({ settings, clients }) {
    const found = await tagged(clients.ec2, clusterTags(names.cluster).volume);
    const problems = found.flatMap(({ VolumeId = '', VolumeType = '', Encrypted = false }) => [
      ...(VolumeType === 'gp3' ? [] : [`volume ${VolumeId} is of type ${VolumeType}; allowed: gp3`]),
      ...(Encrypted ? [] : [`volume ${VolumeId} is not encrypted; allowed: encrypted`]),
    ]);
    const attached = found.filter(({ State }) => State === 'in-use');
    if (found.length < settings.replicas) {
      problems.push(
        `${found.length} volumes carry the tags of cluster ${names.cluster}; allowed: ${settings.replicas} (replicas)`,
      );
    }
    const zones = new Set(found.map(({ AvailabilityZone }) => AvailabilityZone));
    const spread = Math.min(settings.replicas, settings.availabilityZones.length);
    if (zones.size < spread) {
      problems.push(
        `the volumes are in ${[...zones].join(', ') || 'no zone'}; allowed: ${spread} zones, or one of them that fails takes the majority`,
      );
    }
    return judge(
      problems,
      `${found.length}, of which ${attached.length} are attached, in ${[...zones].sort().join(', ')}`,
    );
  },
};
