import {
  DescribeAvailabilityZonesCommand,
  DescribeRegionsCommand,
  type AvailabilityZone,
} from '@aws-sdk/client-ec2';
import { bad, judge, type Check } from '../check';

/**
 * Zones, by the id that is the same in every account, in which EKS makes no control plane.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html, "Subnet requirements"
 */
const WITHOUT_EKS: readonly string[] = ['use1-az3', 'usw1-az2', 'cac1-az3'];

export const zones: Check = {
  title: 'region and availability zones',
  async look({ settings, clients }) {
    const { region, availabilityZones } = settings;
    const { Regions } = await clients.ec2.send(
      new DescribeRegionsCommand({ RegionNames: [region], AllRegions: true }),
    );
    if (Regions?.[0]?.OptInStatus === 'not-opted-in') {
      return bad(
        `region is ${region}, which this account has not enabled; allowed: an enabled one; ` +
          `fix: aws account enable-region --region-name ${region}`,
      );
    }
    const { AvailabilityZones: there = [] } = await clients.ec2.send(
      new DescribeAvailabilityZonesCommand({}),
    );
    const usable = there.filter(isUsable).map(({ ZoneName }) => ZoneName ?? '');
    const problems = availabilityZones
      .filter((zone) => !usable.includes(zone))
      .map((zone) => {
        const known = there.find(({ ZoneName }) => ZoneName === zone);
        const why =
          known === undefined
            ? 'which this account does not have'
            : `which is ${known.State ?? 'not available'}, or where EKS makes no control plane (${known.ZoneId ?? ''})`;
        return `availabilityZones has ${zone}, ${why}; allowed: ${usable.join(', ')}; fix: -c availabilityZones=${usable.slice(0, 3).join(',')}`;
      });
    return judge(problems, `${region}: ${availabilityZones.join(', ')}`);
  },
};

function isUsable({ State, ZoneType, ZoneId = '' }: AvailabilityZone): boolean {
  return State === 'available' && ZoneType === 'availability-zone' && !WITHOUT_EKS.includes(ZoneId);
}
