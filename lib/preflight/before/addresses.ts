import { paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import { parseCidr } from '../../config/values';
import { good, type Check } from '../check';

/** Networks whose addresses overlap work side by side until someone wants to connect them; then one has to be made anew. */
export const addresses: Check = {
  title: 'addresses of the VPC',
  applies: ({ stacks }) => stacks.platform === undefined,
  async look({ settings, clients }) {
    const overlapping: string[] = [];
    for await (const page of paginateDescribeVpcs({ client: clients.ec2 }, {})) {
      for (const { VpcId = '', CidrBlockAssociationSet: blocks = [], CidrBlock } of page.Vpcs ?? []) {
        const all = blocks.length > 0 ? blocks.map((one) => one.CidrBlock) : [CidrBlock];
        if (all.some((block) => overlap(block ?? '', settings.vpcCidr))) overlapping.push(VpcId);
      }
    }
    return good(
      overlapping.length === 0
        ? `${settings.vpcCidr} (vpcCidr) is used by no VPC of the region`
        : `${settings.vpcCidr} (vpcCidr) is also that of ${overlapping.join(', ')}: no peering with it, ever; another is -c vpcCidr=…`,
    );
  },
};

/** Whether two CIDR blocks have addresses in common; false for what is no IPv4 block. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  if (a === undefined || b === undefined) return false;
  return a.first < b.first + 2 ** (32 - b.prefix) && b.first < a.first + 2 ** (32 - a.prefix);
}
