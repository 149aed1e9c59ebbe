import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  paginateDescribeInstances,
  paginateDescribeVpcs,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { ifThere, judge, type Check, type Finding, type Subject } from '../check';

/** Quotas by their codes: https://docs.aws.amazon.com/servicequotas/latest/userguide/reference_quotas.html */
interface Quota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
}

const ADDRESSES: Quota = { service: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs' };
const NETWORKS: Quota = { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs per Region' };
const VCPUS: Quota = {
  service: 'ec2',
  code: 'L-1216C47A',
  name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
};

/** What is there already is within its quota. */
const notYetMade = ({ stacks }: Subject): boolean => stacks.platform === undefined;

export const vpcQuota: Check = {
  title: 'quota of VPCs',
  applies: notYetMade,
  async look(subject) {
    let used = 0;
    for await (const page of paginateDescribeVpcs({ client: subject.clients.ec2 }, {})) {
      used += page.Vpcs?.length ?? 0;
    }
    return compare(subject, NETWORKS, used, 1);
  },
};

export const elasticIpQuota: Check = {
  title: 'quota of Elastic IPs',
  applies: notYetMade,
  async look(subject) {
    const { settings, clients } = subject;
    const { Addresses = [] } = await clients.ec2.send(new DescribeAddressesCommand({}));
    const needed = settings.natGateways === 'one' ? 1 : settings.availabilityZones.length;
    return compare(subject, ADDRESSES, Addresses.length, needed, ', or -c natGateways=one');
  },
};

export const vcpuQuota: Check = {
  title: 'quota of vCPUs',
  // Other families have quotas of their own.
  applies: (subject) =>
    notYetMade(subject) && subject.settings.instanceTypes.every((type) => /^[acdhimrtz]\d/.test(type)),
  async look(subject) {
    const { settings, clients } = subject;
    const { InstanceTypes = [] } = await clients.ec2.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: settings.instanceTypes as _InstanceType[] }),
    );
    const largest = Math.max(0, ...InstanceTypes.map(({ VCpuInfo }) => VCpuInfo?.DefaultVCpus ?? 0));
    let used = 0;
    for await (const page of paginateDescribeInstances(
      { client: clients.ec2 },
      { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] },
    )) {
      const instances = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
      for (const { InstanceType: type = '', InstanceLifecycle, CpuOptions } of instances) {
        if (InstanceLifecycle === 'spot' || !/^[acdhimrtz]\d/.test(type)) continue;
        used += (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1);
      }
    }
    // An upgrade of a node group starts new nodes before it stops old ones, one zone after the other.
    const nodes = settings.availabilityZones.length * settings.nodesPerZone + 2;
    return compare(subject, VCPUS, used, nodes * largest, ', or smaller -c instanceTypes');
  },
};

async function compare(
  { clients, settings }: Subject,
  { service, code, name }: Quota,
  used: number,
  needed: number,
  otherwise = '',
): Promise<Finding> {
  const asked = { ServiceCode: service, QuotaCode: code };
  // A quota that nobody has changed may be known only by its default.
  const answer =
    (await ifThere(clients.quotas.send(new GetServiceQuotaCommand(asked)))) ??
    (await clients.quotas.send(new GetAWSDefaultServiceQuotaCommand(asked)));
  const limit = answer.Quota?.Value;
  if (limit === undefined) return { status: 'unknown', said: `Service Quotas told no value of '${name}'` };
  const free = Math.max(0, limit - used);
  const problem =
    `'${name}' is ${limit} with ${used} in use; allowed: ${needed} free; fix: aws service-quotas ` +
    `request-service-quota-increase --region ${settings.region} --service-code ${service} --quota-code ${code} ` +
    `--desired-value ${used + needed}${otherwise}`;
  return judge(free < needed ? [problem] : [], `${needed} needed, ${free} of ${limit} free`);
}
