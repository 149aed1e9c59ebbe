import {
  DeleteSecurityGroupCommand,
  type EC2Client,
  type IpPermission,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { type Kind, unlessGone } from './leftover';
import { inNetwork, tagFilters, type Tags } from './tags';

/**
 * The security groups of load balancers: one each, and the one they share (`k8s-traffic-<cluster>-…`).
 *
 * The controller lets the shared one into the nodes' group; as long as that rule is there the group cannot go. Such
 * rules are taken out of the cluster's own groups (`nodeTags`) and of no others: a rule that a person wrote elsewhere
 * is theirs to remove, and is why the group then stays.
 */
export function securityGroups(
  client: EC2Client,
  vpcId: string | undefined,
  tags: Tags,
  nodeTags: Tags,
): Kind {
  const groups = async (filters: { Name: string; Values: string[] }[]) => {
    const found: SecurityGroup[] = [];
    const Filters = [...inNetwork(vpcId), ...filters];
    for await (const page of paginateDescribeSecurityGroups({ client }, { Filters })) {
      found.push(...(page.SecurityGroups ?? []));
    }
    return found;
  };
  const letsIn = (id: string) => ({ Name: 'ip-permission.group-id', Values: [id] });
  return {
    name: 'security group',
    async find() {
      const found = await groups(tagFilters(tags));
      return found.map((one) => ({ id: one.GroupId ?? '', name: one.GroupName ?? '' }));
    },
    async remove({ id }) {
      for (const owners of [nodeTags, tags]) {
        for (const group of await groups([letsIn(id), ...tagFilters(owners)])) {
          const rules = rulesFor(group, id);
          if (rules.length > 0) await unlessGone(client.send(revoke(group, rules, id)));
        }
      }
      await unlessGone(client.send(new DeleteSecurityGroupCommand({ GroupId: id })));
    },
    command: ({ id }) => `aws ec2 delete-security-group --group-id ${id}`,
  };
}

/** The rules of a group that let another one in. */
function rulesFor(group: SecurityGroup, id: string): IpPermission[] {
  return (group.IpPermissions ?? []).filter((rule) =>
    rule.UserIdGroupPairs?.some((pair) => pair.GroupId === id),
  );
}

/** Takes out of `group` what lets `id` in, and leaves whatever else the same rules let in. */
function revoke(
  group: SecurityGroup,
  rules: readonly IpPermission[],
  id: string,
): RevokeSecurityGroupIngressCommand {
  return new RevokeSecurityGroupIngressCommand({
    GroupId: group.GroupId,
    IpPermissions: rules.map(({ IpProtocol, FromPort, ToPort }) => ({
      IpProtocol,
      FromPort,
      ToPort,
      UserIdGroupPairs: [{ GroupId: id }],
    })),
  });
}
