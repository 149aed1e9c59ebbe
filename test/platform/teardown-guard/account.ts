import { EC2Client, type Filter, type IpPermission, type Tag } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clients } from '../../../lib/platform/teardown-guard/kinds';

type Tags = Record<string, string>;
interface Thing {
  readonly id: string;
  readonly vpcId: string;
  readonly tags: Tags;
}
interface SecurityGroup extends Thing {
  ingress: IpPermission[];
}
interface NetworkInterface extends Thing {
  status: 'available' | 'in-use';
  readonly groups: readonly string[];
  /** How many more looks it stays after its load balancer has gone. */
  lingers?: number;
}
interface LoadBalancer extends Thing {
  readonly groups: readonly string[];
  readonly forwardsTo: readonly string[];
  isProtected: boolean;
}
interface Volume extends Thing {
  instance?: string;
}

/** Each takes an input of its own; a method's parameter may be narrower than what it is called with. */
type Operation = { call(input: unknown): unknown }['call'];

/** How many things a page of any list has. Small, so that every test goes through several. */
const PAGE = 2;

/**
 * An AWS account in memory, as far as a cluster's leftovers go: what holds on to what, lists in pages, tag filters, and
 * load balancers whose network interfaces outlive them. The real clients talk to it.
 */
export class Account implements Clients {
  readonly loadBalancers: LoadBalancer[] = [];
  readonly targetGroups: Thing[] = [];
  readonly securityGroups: SecurityGroup[] = [];
  readonly networkInterfaces: NetworkInterface[] = [];
  readonly volumes: Volume[] = [];
  /** Every call that changes something, as `Operation id`. */
  readonly changes: string[] = [];
  /** Operations that this account's policies deny. */
  readonly denied = new Set<string>();

  readonly ec2 = this.connect(new EC2Client({ region: 'eu-central-1' }));
  readonly loadBalancing = this.connect(new ElasticLoadBalancingV2Client({ region: 'eu-central-1' }));

  ids(): string[] {
    const all: Thing[][] = [
      this.loadBalancers,
      this.targetGroups,
      this.securityGroups,
      this.networkInterfaces,
      this.volumes,
    ];
    return all.flat().map(({ id }) => id);
  }

  private connect<T extends EC2Client | ElasticLoadBalancingV2Client>(client: T): T {
    client.send = ((command: { input: unknown; constructor: { name: string } }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      if (this.denied.has(operation)) {
        return Promise.reject(apiError('UnauthorizedOperation', `not authorized to perform ${operation}`));
      }
      const handler = this.operations[operation];
      if (!handler) return Promise.reject(new Error(`this account knows no ${operation}`));
      return new Promise((resolve) => {
        resolve(handler(command.input));
      });
    }) as typeof client.send;
    return client;
  }

  private readonly operations: Record<string, Operation> = {
    DescribeLoadBalancers: (input: { Marker?: string }) => {
      const { page, next } = paged(this.loadBalancers, input.Marker);
      return {
        LoadBalancers: page.map((one) => ({
          LoadBalancerArn: one.id,
          LoadBalancerName: one.id,
          VpcId: one.vpcId,
        })),
        NextMarker: next,
      };
    },
    DescribeTargetGroups: (input: { Marker?: string }) => {
      const { page, next } = paged(this.targetGroups, input.Marker);
      return {
        TargetGroups: page.map((one) => ({
          TargetGroupArn: one.id,
          TargetGroupName: one.id,
          VpcId: one.vpcId,
        })),
        NextMarker: next,
      };
    },
    DescribeTags: ({ ResourceArns }: { ResourceArns: string[] }) => {
      if (ResourceArns.length > 20) throw apiError('ValidationError', 'more than 20 resources');
      const all = [...this.loadBalancers, ...this.targetGroups];
      return {
        TagDescriptions: ResourceArns.map((arn) => ({
          ResourceArn: arn,
          Tags: tagList(all.find(({ id }) => id === arn)?.tags ?? {}),
        })),
      };
    },
    DescribeSecurityGroups: (input: { Filters: Filter[]; NextToken?: string }) => {
      const found = this.securityGroups.filter((one) =>
        matches(one, input.Filters, {
          'ip-permission.group-id': one.ingress.flatMap((rule) =>
            (rule.UserIdGroupPairs ?? []).map(({ GroupId = '' }) => GroupId),
          ),
        }),
      );
      const { page, next } = paged(found, input.NextToken);
      return {
        SecurityGroups: page.map((one) => ({
          GroupId: one.id,
          GroupName: one.id,
          IpPermissions: one.ingress,
        })),
        NextToken: next,
      };
    },
    DescribeNetworkInterfaces: (input: { Filters: Filter[]; NextToken?: string }) => {
      const { page, next } = paged(
        this.networkInterfaces.filter((one) => matches(one, input.Filters)),
        input.NextToken,
      );
      return {
        NetworkInterfaces: page.map(({ id, status }) => ({ NetworkInterfaceId: id, Status: status })),
        NextToken: next,
      };
    },
    DescribeVolumes: (input: { Filters: Filter[]; NextToken?: string }) => {
      const { page, next } = paged(
        this.volumes.filter((one) => matches(one, input.Filters)),
        input.NextToken,
      );
      return {
        Volumes: page.map(({ id, instance, tags }) => ({
          VolumeId: id,
          State: instance === undefined ? 'available' : 'in-use',
          Attachments: instance === undefined ? [] : [{ InstanceId: instance }],
          Tags: tagList(tags),
        })),
        NextToken: next,
      };
    },
    DeleteLoadBalancer: ({ LoadBalancerArn: id }: { LoadBalancerArn: string }) => {
      const one = this.loadBalancers.find((each) => each.id === id);
      if (!one) return {};
      if (one.isProtected) throw apiError('OperationNotPermittedException', 'deletion protection is enabled');
      this.remove('DeleteLoadBalancer', this.loadBalancers, id, 'LoadBalancerNotFoundException');
      for (const each of this.networkInterfaces) if (each.tags['of'] === id) each.lingers = 2;
      return {};
    },
    DeleteTargetGroup: ({ TargetGroupArn: id }: { TargetGroupArn: string }) => {
      if (this.loadBalancers.some(({ forwardsTo }) => forwardsTo.includes(id))) {
        throw apiError('ResourceInUseException', 'currently in use by a listener or a rule');
      }
      return this.remove('DeleteTargetGroup', this.targetGroups, id, 'TargetGroupNotFoundException');
    },
    RevokeSecurityGroupIngress: (input: { GroupId: string; IpPermissions: IpPermission[] }) => {
      const group = this.securityGroups.find(({ id }) => id === input.GroupId);
      if (!group) throw apiError('InvalidGroup.NotFound', 'no such group');
      const revoked = new Set(
        input.IpPermissions.flatMap((rule) => (rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId)),
      );
      group.ingress = group.ingress
        .map((rule) => ({
          ...rule,
          UserIdGroupPairs: (rule.UserIdGroupPairs ?? []).filter(({ GroupId }) => !revoked.has(GroupId)),
        }))
        .filter((rule) => rule.UserIdGroupPairs.length > 0 || (rule.IpRanges ?? []).length > 0);
      this.changes.push(`RevokeSecurityGroupIngress ${input.GroupId}`);
      return {};
    },
    DeleteSecurityGroup: ({ GroupId: id }: { GroupId: string }) => {
      const held =
        this.networkInterfaces.some(({ groups }) => groups.includes(id)) ||
        this.securityGroups.some((group) =>
          group.ingress.some((rule) => rule.UserIdGroupPairs?.some(({ GroupId }) => GroupId === id)),
        );
      if (held) throw apiError('DependencyViolation', `resource ${id} has a dependent object`);
      return this.remove('DeleteSecurityGroup', this.securityGroups, id, 'InvalidGroup.NotFound');
    },
    DeleteNetworkInterface: ({ NetworkInterfaceId: id }: { NetworkInterfaceId: string }) => {
      const one = this.networkInterfaces.find((each) => each.id === id);
      if (one?.status === 'in-use') throw apiError('InvalidParameterValue', `${id} is currently in use`);
      return this.remove(
        'DeleteNetworkInterface',
        this.networkInterfaces,
        id,
        'InvalidNetworkInterfaceID.NotFound',
      );
    },
    DeleteVolume: ({ VolumeId: id }: { VolumeId: string }) => {
      if (this.volumes.find((each) => each.id === id)?.instance !== undefined) {
        throw apiError('VolumeInUse', `${id} is currently attached`);
      }
      return this.remove('DeleteVolume', this.volumes, id, 'InvalidVolume.NotFound');
    },
  };

  /** Time passes: interfaces of load balancers that have gone come closer to going. */
  pass(): void {
    for (const one of [...this.networkInterfaces]) {
      if (one.lingers === undefined) continue;
      one.lingers -= 1;
      if (one.lingers <= 0) this.networkInterfaces.splice(this.networkInterfaces.indexOf(one), 1);
    }
  }

  private remove(operation: string, from: Thing[], id: string, missing: string): object {
    const index = from.findIndex((one) => one.id === id);
    if (index < 0) throw apiError(missing, `${id} does not exist`);
    from.splice(index, 1);
    this.changes.push(`${operation} ${id}`);
    return {};
  }
}

function apiError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function paged<T>(all: readonly T[], token: string | undefined): { page: T[]; next: string | undefined } {
  const start = Number(token ?? 0);
  const end = start + PAGE;
  return { page: all.slice(start, end), next: end < all.length ? String(end) : undefined };
}

/** As EC2 reads filters: every filter must match, by any of its values. An unknown one is an error. */
function matches(
  thing: Thing,
  filters: readonly Filter[],
  other: Record<string, readonly string[]> = {},
): boolean {
  return filters.every(({ Name = '', Values = [] }) => {
    const has = Name.startsWith('tag:')
      ? [thing.tags[Name.slice('tag:'.length)]]
      : Name === 'vpc-id'
        ? [thing.vpcId]
        : other[Name];
    if (has === undefined) throw apiError('InvalidParameterValue', `the filter '${Name}' is invalid`);
    return has.some((value) => value !== undefined && Values.includes(value));
  });
}
