import { DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import type { PlatformStack } from '../platform/platform-stack';
import { buildImage, projectLog } from './build-environment';
import { ReleaseAccess } from './release-access';

export interface ReleaseProjectProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
}

/**
 * Runs `bin/berth release` on the image that a build has pushed. It stands in the VPC, where the private endpoint of
 * the Kubernetes API answers, and asks the service through its front door from the NAT addresses that this admits.
 */
export class ReleaseProject extends Construct {
  readonly project: codebuild.PipelineProject;

  constructor(scope: Construct, id: string, props: ReleaseProjectProps) {
    super(scope, id);
    const { settings, platform } = props;
    const projectName = names.projects.release;
    const log = projectLog(this, 'Log', projectName);
    const group = this.securityGroup(platform);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    this.project = new codebuild.PipelineProject(this, 'Project', {
      ...{ projectName, role },
      description: 'Rolls the image out pod by pod, and back when it fails',
      environment: { buildImage: buildImage(settings) },
      vpc: platform.vpc,
      subnetSelection: { subnets: platform.vpc.privateSubnets },
      securityGroups: [group],
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        env: { shell: 'bash' },
        phases: {
          install: { 'runtime-versions': { nodejs: '22' } },
          build: { commands: ['bin/berth release "$IMAGE" --on account --commit "$COMMIT"'] },
        },
      }),
      // Five pods that each take their time, and the way back.
      timeout: Duration.minutes(45),
      // Two at once would refuse each other.
      concurrentBuildLimit: 1,
      grantReportGroupPermissions: false,
    });
    this.project.node.addDependency(log);
    for (const statement of this.permissions(platform)) role.addToPolicy(statement);
    new ReleaseAccess(this, 'Access', { cluster: platform.cluster, roleArn: role.roleArn });
  }

  /** May call the Kubernetes API, AWS and whatever answers on the web's ports; nothing may call it. */
  private securityGroup({ vpc, cluster }: PlatformStack): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The release: calls the Kubernetes API and the front door of the service',
      allowAllOutbound: false,
    });
    for (const port of [80, 443]) group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port));
    // In this stack: the platform must not depend on the pipeline.
    new ec2.CfnSecurityGroupIngress(this, 'ToApi', {
      groupId: cluster.clusterSecurityGroupId,
      description: 'The release calls the Kubernetes API',
      sourceSecurityGroupId: group.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
    });
    return group;
  }

  private permissions({ repository, cluster }: PlatformStack): PolicyStatement[] {
    const stack = Stack.of(this);
    const bootstrap = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    const parameter = (name: string) =>
      stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
    return [
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [parameter(names.imageParameter)],
      }),
      // CloudFormation reads the parameters of the template with the rights of whoever updates the stack.
      new PolicyStatement({
        actions: ['ssm:GetParameters'],
        resources: [parameter(names.imageParameter), parameter(`cdk-bootstrap/${bootstrap}/version`)],
      }),
      // The stack keeps the role that it was deployed with, so nothing has to be passed and no resource be touched.
      new PolicyStatement({
        actions: [
          'cloudformation:DescribeStacks',
          'cloudformation:DescribeStackEvents',
          'cloudformation:UpdateStack',
        ],
        resources: [
          stack.formatArn({
            service: 'cloudformation',
            resource: 'stack',
            resourceName: `${names.stacks.server}/*`,
          }),
        ],
      }),
      // Is the image there? Also the first one, which a rollback may go back to.
      new PolicyStatement({
        actions: ['ecr:DescribeImages'],
        resources: [
          repository.repositoryArn,
          stack.formatArn({
            service: 'ecr',
            resource: 'repository',
            resourceName: `cdk-${bootstrap}-container-assets-${stack.account}-${stack.region}`,
          }),
        ],
      }),
      // Gives what it releases the tag that keeps it. Layers, and so images that were not there, it cannot push.
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:PutImage'],
        resources: [repository.repositoryArn],
      }),
      new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }),
    ];
  }
}
