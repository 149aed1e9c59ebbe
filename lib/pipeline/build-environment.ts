import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../config/settings';

/**
 * The image that CodeBuild runs commands in, with Node 22, Go 1.26, Python, docker with buildx, kubectl and the AWS CLI:
 * https://github.com/aws/aws-codebuild-docker-images/tree/master/al
 */
export function buildImage({ architecture }: Pick<Settings, 'architecture'>): codebuild.IBuildImage {
  return architecture === 'arm64'
    ? codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0
    : codebuild.LinuxBuildImage.AMAZON_LINUX_2023_6;
}

/** The group that a project writes to by its name. Made by CodeBuild itself it would have no end and stay behind. */
export function projectLog(scope: Construct, id: string, projectName: string): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: `/aws/codebuild/${projectName}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
