import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import type { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import type { PlatformStack } from '../platform/platform-stack';
import { BuildProject } from './build-project';
import { FailureNotice } from './failure-notice';
import { ReleaseProject } from './release-project';
import { Source } from './source';
import { pipelineStore } from './store';

export interface PipelineStackProps extends StackProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
  /** `OWNER/NAME`. */
  readonly sourceRepository: string;
}

/** From a commit to the release: source, build, approval where one is asked for, release. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const { settings, platform } = props;
    const store = pipelineStore(this, 'Store');
    const pipeline = new codepipeline.Pipeline(this, 'Pipeline', {
      pipelineName: names.pipeline,
      pipelineType: codepipeline.PipelineType.V2,
      // A commit waits for the one before it; none is dropped.
      executionMode: codepipeline.ExecutionMode.QUEUED,
      artifactBucket: store,
    });
    const source = new Source(this, 'Source', { settings, pipeline, repository: props.sourceRepository });
    const build = new BuildProject(this, 'Build', { settings, store, repository: platform.repository });
    const release = new ReleaseProject(this, 'Release', { settings, platform });
    for (const { project } of [build, release]) source.grantFetch(project);
    const notice = new FailureNotice(this, 'Failure', { settings, pipeline });

    const buildAction = new actions.CodeBuildAction({
      actionName: 'Build',
      variablesNamespace: 'Build',
      project: build.project,
      input: source.output,
      outputs: [new codepipeline.Artifact('Image')],
    });
    const image = buildAction.variable('IMAGE');
    const commit = buildAction.variable('COMMIT');
    pipeline.addStage({ stageName: 'Build', actions: [buildAction] });
    if (settings.releaseApproval === 'on') {
      const approval = new actions.ManualApprovalAction({
        actionName: 'Approve',
        notificationTopic: notice.topic,
        additionalInformation: `Release of commit ${commit}: ${image}`,
      });
      pipeline.addStage({ stageName: 'Approve', actions: [approval] });
    }
    pipeline.addStage({
      stageName: 'Release',
      actions: [
        new actions.CodeBuildAction({
          actionName: 'Release',
          project: release.project,
          input: source.output,
          environmentVariables: text({ IMAGE: image, COMMIT: commit }),
        }),
      ],
    });

    new CfnOutput(this, 'PipelineConsole', {
      description: 'Where a commit is on its way',
      value: `https://${this.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${names.pipeline}/view?region=${this.region}`,
    });
  }
}

function text(
  variables: Readonly<Record<string, string>>,
): Record<string, codebuild.BuildEnvironmentVariable> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }]));
}
