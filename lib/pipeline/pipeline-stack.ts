import { Stack, type StackProps } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { CfnConnection } from 'aws-cdk-lib/aws-codeconnections';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import type { Construct } from 'constructs';
import type { Settings } from '../config/settings';
import type { PlatformStack } from '../platform/platform-stack';
import type { ServerStack } from '../server/server-stack';

export interface PipelineStackProps extends StackProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
  readonly server: ServerStack;
  /** `OWNER/NAME`. */
  readonly sourceRepository: string;
}

/** From a commit to the release: source, build, release. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const { settings, platform, sourceRepository } = props;
    const connectionArn =
      settings.sourceConnectionArn ??
      new CfnConnection(this, 'Connection', {
        connectionName: 'berth',
        providerType: settings.sourceProvider,
      }).attrConnectionArn;

    const image =
      settings.architecture === 'arm64'
        ? codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
        : codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5;
    const build = new codebuild.PipelineProject(this, 'Build', {
      description: 'Tests the source, builds the image and pushes it',
      buildSpec: codebuild.BuildSpec.fromSourceFilename('buildspec.yml'),
      // Building an image needs the docker daemon of the build's own container.
      environment: { buildImage: image, privileged: true },
    });
    platform.repository.grantPullPush(build);
    const release = new codebuild.PipelineProject(this, 'Release', {
      description: 'Rolls the image out, and back when it fails',
      environment: { buildImage: image },
      // Where it may reach the cluster and, through NAT, the service's front door.
      vpc: platform.vpc,
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        phases: { build: { commands: ['bin/berth release'] } },
      }),
    });

    const source = new codepipeline.Artifact();
    const built = new codepipeline.Artifact();
    const [owner, repo] = split(sourceRepository);
    new codepipeline.Pipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      // A commit waits for the one before it; none is dropped.
      executionMode: codepipeline.ExecutionMode.QUEUED,
      stages: [
        {
          stageName: 'Source',
          actions: [
            new actions.CodeStarConnectionsSourceAction({
              actionName: 'Source',
              connectionArn,
              owner,
              repo,
              branch: settings.sourceBranch,
              output: source,
            }),
          ],
        },
        {
          stageName: 'Build',
          actions: [
            new actions.CodeBuildAction({
              actionName: 'Build',
              project: build,
              input: source,
              outputs: [built],
            }),
          ],
        },
        {
          stageName: 'Release',
          actions: [
            new actions.CodeBuildAction({
              actionName: 'Release',
              project: release,
              input: source,
              extraInputs: [built],
            }),
          ],
        },
      ],
    });
  }
}

/** GitLab has groups within groups: all but the last part is the owner. */
function split(repository: string): [string, string] {
  const at = repository.lastIndexOf('/');
  return [repository.slice(0, at), repository.slice(at + 1)];
}
