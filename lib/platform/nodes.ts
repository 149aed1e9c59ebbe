import { Aws, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Settings } from '../config/settings';

const AMI_TYPES: Readonly<Record<Settings['architecture'], eks.NodegroupAmiType>> = {
  arm64: eks.NodegroupAmiType.AL2023_ARM_64_STANDARD,
  x86_64: eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
};

/**
 * One managed node group in each zone, so that each zone keeps a node for the volumes that live there:
 * one group over all zones may give a zone none.
 */
export class Nodes extends Construct {
  readonly groups: readonly eks.Nodegroup[];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly settings: Settings; readonly cluster: eks.ICluster },
  ) {
    super(scope, id);
    const { settings, cluster } = props;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'Nodes of the cluster berth: join it and pull images; pods have roles of their own',
      managedPolicies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'].map((name) =>
        iam.ManagedPolicy.fromAwsManagedPolicyName(name),
      ),
    });
    const template = new ec2.LaunchTemplate(this, 'LaunchTemplate', {
      httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
      // One hop ends at the node: a pod cannot take the node's role.
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: ec2.BlockDeviceVolume.ebs(30, {
            encrypted: true,
            volumeType: ec2.EbsDeviceVolumeType.GP3,
            deleteOnTermination: true,
          }),
        },
      ],
    });
    Tags.of(template).add('Name', `${Aws.STACK_NAME}-node`);
    this.groups = settings.availabilityZones.map((zone, index) => {
      const group = new eks.Nodegroup(this, `Zone${zone.slice(-1).toUpperCase()}`, {
        cluster,
        nodeRole: role,
        subnets: { subnets: [cluster.vpc.privateSubnets[index] as ec2.ISubnet] },
        // Said, as the default for a new Kubernetes may be an AMI that does not exist for it.
        amiType: AMI_TYPES[settings.architecture],
        instanceTypes: settings.instanceTypes.map((type) => new ec2.InstanceType(type)),
        minSize: settings.nodesPerZone,
        desiredSize: settings.nodesPerZone,
        maxSize: settings.maxNodesPerZone,
        maxUnavailable: 1,
        // A pod that its disruption budget holds back stops an upgrade instead of being killed.
        forceUpdate: false,
        enableNodeAutoRepair: true,
        launchTemplateSpec: {
          id: template.launchTemplateId as string,
          version: template.latestVersionNumber,
        },
      });
      // The construct has no property for it, and without it nodes never follow an upgrade of the cluster.
      (group.node.defaultChild as eks.CfnNodegroup).version = settings.kubernetesVersion;
      return group;
    });
    // One after the other: a new version or AMI reaches one zone at a time, as the store loses one member at most.
    for (const [index, group] of this.groups.entries()) {
      const before = this.groups[index - 1];
      if (before !== undefined) group.node.addDependency(before);
    }
  }
}
