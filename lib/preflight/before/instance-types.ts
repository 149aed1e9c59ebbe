import { paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import { judge, type Check } from '../check';

export const instanceTypes: Check = {
  title: 'instance types in each zone',
  async look({ settings, clients }) {
    const { instanceTypes: wanted, availabilityZones } = settings;
    const offered = new Map<string, string[]>();
    for await (const page of paginateDescribeInstanceTypeOfferings(
      { client: clients.ec2 },
      {
        LocationType: 'availability-zone',
        Filters: [
          { Name: 'instance-type', Values: [...wanted] },
          { Name: 'location', Values: [...availabilityZones] },
        ],
      },
    )) {
      for (const { Location = '', InstanceType = '' } of page.InstanceTypeOfferings ?? []) {
        offered.set(Location, [...(offered.get(Location) ?? []), InstanceType]);
      }
    }
    const problems = availabilityZones
      .filter((zone) => !offered.has(zone))
      .map(
        (zone) =>
          `${zone} offers none of ${wanted.join(', ')} (instanceTypes); allowed: what ` +
          `'aws ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=location,Values=${zone}' ` +
          'lists; fix: -c instanceTypes=… or -c availabilityZones=…',
      );
    const seen = availabilityZones.map((zone) => `${zone} ${(offered.get(zone) ?? []).sort().join(' and ')}`);
    return judge(problems, seen.join(', '));
  },
};
