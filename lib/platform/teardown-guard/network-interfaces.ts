import {
  DeleteNetworkInterfaceCommand,
  type EC2Client,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { type Kind, type Leftover, StillInUse, unlessGone } from './leftover';
import { inNetwork, tagFilters, type Tags } from './tags';

/**
 * Network interfaces that the VPC CNI attached to nodes for their pods. A node that ends while its CNI is busy leaves
 * them detached, and they hold on to subnets and to the cluster's security group.
 */
export function networkInterfaces(client: EC2Client, vpcId: string | undefined, tags: Tags): Kind {
  const busy = new Map<string, string>();
  return {
    name: 'network interface',
    async find() {
      const found: Leftover[] = [];
      busy.clear();
      const Filters = [...inNetwork(vpcId), ...tagFilters(tags)];
      for await (const page of paginateDescribeNetworkInterfaces({ client }, { Filters })) {
        for (const { NetworkInterfaceId = '', Status, Attachment } of page.NetworkInterfaces ?? []) {
          found.push({ id: NetworkInterfaceId, name: NetworkInterfaceId });
          if (Status !== 'available') {
            busy.set(
              NetworkInterfaceId,
              `${Status ?? 'in use'} at ${Attachment?.InstanceId ?? 'an instance'}`,
            );
          }
        }
      }
      return found;
    },
    remove({ id }) {
      const state = busy.get(id);
      if (state !== undefined) return Promise.reject(new StillInUse(state));
      return unlessGone(client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })));
    },
    command: ({ id }) => `aws ec2 delete-network-interface --network-interface-id ${id}`,
  };
}
