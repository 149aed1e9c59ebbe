import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../config/settings';

/**
 * The VPC: in each zone a private subnet for nodes, pods and Lambdas, and a public one for the load balancer and NAT.
 *
 * Pods take addresses of the private subnets, so those get three quarters of the block between them.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** CIDR blocks the load balancer reaches the pods from. */
  readonly loadBalancerCidrs: readonly string[];
  /** Addresses that whatever runs in the private subnets has outside. CDK tokens. */
  readonly egressAddresses: readonly string[];

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const prefix = Number(settings.vpcCidr.split('/')[1]);
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(settings.vpcCidr),
      // Named, never looked up: synthesis needs no account, and a zone never changes by itself.
      availabilityZones: [...settings.availabilityZones],
      natGateways: settings.natGateways === 'one' ? 1 : settings.availabilityZones.length,
      subnetConfiguration: [
        { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: prefix + 2 },
        // Only the load balancer and NAT stand here, and both are given their addresses explicitly.
        {
          name: 'public',
          subnetType: ec2.SubnetType.PUBLIC,
          cidrMask: prefix + 4,
          mapPublicIpOnLaunch: false,
        },
      ],
      restrictDefaultSecurityGroup: true,
    });
    // The library's classes and interfaces disagree about `undefined` under exactOptionalPropertyTypes.
    this.vpc = vpc as ec2.IVpc;
    this.loadBalancerCidrs = this.vpc.publicSubnets.map((subnet) => subnet.ipv4CidrBlock);
    this.egressAddresses = this.vpc.publicSubnets.flatMap(
      (subnet) => (subnet.node.tryFindChild('EIP') as ec2.CfnEIP | undefined)?.attrPublicIp ?? [],
    );
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogGroup', {
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
      trafficType: ec2.FlowLogTrafficType.ALL,
    });
  }
}
