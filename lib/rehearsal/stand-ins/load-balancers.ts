import {
  DescribeSubnetsCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Ingress, IngressClass } from 'kubernetes-types/networking/v1';
import { UserError } from '../../terminal/user-error';
import { clientSettings, type Account } from '../account';
import type { KubernetesApi } from '../kubernetes-api';
import { assertPodIdentity } from './pod-identity';

const FINALIZER = 'ingress.k8s.aws/resources';
const CLASS = '/apis/networking.k8s.io/v1/ingressclasses/alb';

/** What the controller's chart was installed with. */
interface Installation {
  readonly cluster: string;
  readonly vpc: string;
  /** `namespace/name`. */
  readonly serviceAccount: string;
}

/**
 * Plays the AWS Load Balancer Controller for Ingresses of class `alb`: a load balancer, its target group and its
 * security groups in the account, tagged as the real one tags them, the address in the Ingress's status, and a finalizer
 * until they are gone. Requests go through the local Ingress controller.
 *
 * It works only while its chart is installed: an Ingress that outlives the chart keeps its finalizer, as on AWS. Like
 * the real one it leaves the security group that load balancers share, for whoever tears the cluster down.
 */
export class LoadBalancers {
  private readonly elb: ElasticLoadBalancingV2Client;
  private readonly ec2: EC2Client;
  private readonly eks: EKSClient;

  constructor(
    private readonly api: KubernetesApi,
    account: Account,
  ) {
    const settings = clientSettings(account);
    this.elb = new ElasticLoadBalancingV2Client(settings);
    this.ec2 = new EC2Client(settings);
    this.eks = new EKSClient(settings);
  }

  async reconcile(): Promise<void> {
    const installed = await this.installation();
    if (!installed) return;
    const list = await this.api.get<{ items: Ingress[] }>('/apis/networking.k8s.io/v1/ingresses');
    for (const ingress of (list?.items ?? []).filter(({ spec }) => spec?.ingressClassName === 'alb')) {
      const finalizers = ingress.metadata?.finalizers ?? [];
      if (ingress.metadata?.deletionTimestamp !== undefined) {
        if (finalizers.includes(FINALIZER)) await this.remove(ingress);
      } else if ((ingress.status?.loadBalancer?.ingress ?? []).length === 0) {
        await this.provide(ingress, installed);
      }
    }
  }

  private async installation(): Promise<Installation | undefined> {
    const annotations = (await this.api.get<IngressClass>(CLASS))?.metadata?.annotations;
    const cluster = annotations?.['rehearsal/cluster-name'];
    const vpc = annotations?.['rehearsal/vpc-id'];
    const serviceAccount = annotations?.['rehearsal/service-account'];
    return cluster && vpc && serviceAccount ? { cluster, vpc, serviceAccount } : undefined;
  }

  private async provide(ingress: Ingress, installed: Installation): Promise<void> {
    await assertPodIdentity(this.eks, installed.cluster, installed.serviceAccount);
    await this.api.patch(pathOf(ingress), { metadata: { finalizers: [FINALIZER] } });
    const name = nameOf(ingress);
    const subnets = await this.subnets(installed.vpc, ingress);
    const shared = await this.securityGroup(`k8s-traffic-${installed.cluster}`, installed, 'backend-sg');
    const own = await this.securityGroup(name, installed, 'ManagedLBSecurityGroup');
    const tags = [
      { Key: 'elbv2.k8s.aws/cluster', Value: installed.cluster },
      { Key: 'ingress.k8s.aws/stack', Value: `${space(ingress)}/${ingress.metadata?.name ?? ''}` },
    ];
    const scheme = ingress.metadata?.annotations?.['alb.ingress.kubernetes.io/scheme'];
    const { LoadBalancers: made } = await this.elb.send(
      new CreateLoadBalancerCommand({
        Name: name,
        Type: 'application',
        Scheme: scheme === 'internet-facing' ? 'internet-facing' : 'internal',
        Subnets: subnets,
        SecurityGroups: [own, shared],
        Tags: tags,
      }),
    );
    const { TargetGroups: groups } = await this.elb.send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: installed.vpc,
        TargetType: 'ip',
        Tags: tags,
      }),
    );
    await this.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: made?.[0]?.LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: groups?.[0]?.TargetGroupArn }],
      }),
    );
    await this.api.patch(`${pathOf(ingress)}/status`, {
      status: { loadBalancer: { ingress: [{ hostname: made?.[0]?.DNSName }] } },
    });
  }

  /** By the tags the real one looks for; one a zone, two at least. */
  private async subnets(vpc: string, ingress: Ingress): Promise<string[]> {
    const scheme = ingress.metadata?.annotations?.['alb.ingress.kubernetes.io/scheme'];
    const role = scheme === 'internet-facing' ? 'elb' : 'internal-elb';
    const { Subnets: found } = await this.ec2.send(
      new DescribeSubnetsCommand({
        Filters: [
          { Name: 'vpc-id', Values: [vpc] },
          { Name: `tag:kubernetes.io/role/${role}`, Values: ['1', ''] },
        ],
      }),
    );
    const byZone = new Map((found ?? []).map((subnet) => [subnet.AvailabilityZone, subnet.SubnetId ?? '']));
    if (byZone.size < 2) {
      throw new UserError(
        `${byZone.size} zones of ${vpc} have a subnet tagged kubernetes.io/role/${role}; a load balancer needs two`,
      );
    }
    return [...byZone.values()];
  }

  private async securityGroup(name: string, installed: Installation, resource: string): Promise<string> {
    const { SecurityGroups: found } = await this.ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'group-name', Values: [name] },
          { Name: 'vpc-id', Values: [installed.vpc] },
        ],
      }),
    );
    if (found?.[0]?.GroupId) return found[0].GroupId;
    const { GroupId } = await this.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: '[k8s] Managed SecurityGroup for LoadBalancer',
        VpcId: installed.vpc,
        TagSpecifications: [
          {
            ResourceType: 'security-group',
            Tags: [
              { Key: 'elbv2.k8s.aws/cluster', Value: installed.cluster },
              { Key: 'elbv2.k8s.aws/resource', Value: resource },
            ],
          },
        ],
      }),
    );
    return GroupId ?? '';
  }

  private async remove(ingress: Ingress): Promise<void> {
    const name = nameOf(ingress);
    const { LoadBalancers: balancers } = await this.elb.send(new DescribeLoadBalancersCommand({}));
    for (const one of (balancers ?? []).filter(({ LoadBalancerName }) => LoadBalancerName === name)) {
      await this.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: one.LoadBalancerArn }));
    }
    const { TargetGroups: groups } = await this.elb.send(new DescribeTargetGroupsCommand({}));
    for (const one of (groups ?? []).filter(({ TargetGroupName }) => TargetGroupName === name)) {
      await this.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: one.TargetGroupArn }));
    }
    const { SecurityGroups: own } = await this.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [name] }] }),
    );
    for (const { GroupId } of own ?? []) await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    const finalizers = (ingress.metadata?.finalizers ?? []).filter((one) => one !== FINALIZER);
    await this.api.patch(pathOf(ingress), { metadata: { finalizers } });
  }
}

const space = (ingress: Ingress): string => ingress.metadata?.namespace ?? '';

function nameOf(ingress: Ingress): string {
  return `k8s-${space(ingress)}-${ingress.metadata?.name ?? ''}`.slice(0, 32);
}

function pathOf(ingress: Ingress): string {
  return `/apis/networking.k8s.io/v1/namespaces/${space(ingress)}/ingresses/${ingress.metadata?.name ?? ''}`;
}
