import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../config/settings';

export interface FailureNoticeProps {
  readonly settings: Settings;
  readonly pipeline: IPipeline;
}

/** Tells people when an action of the pipeline has failed: which one, what it said last, and where its log is. */
export class FailureNotice extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { settings, pipeline }: FailureNoticeProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Berth: the pipeline failed', enforceSSL: true });
    for (const address of settings.notifyEmails) {
      this.topic.addSubscription(new EmailSubscription(address));
    }
    const of = (path: string) => EventField.fromPath(`$.detail.${path}`);
    // https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    new Rule(this, 'Rule', {
      description: 'An action of the pipeline failed',
      eventPattern: {
        source: ['aws.codepipeline'],
        detailType: ['CodePipeline Action Execution State Change'],
        resources: [pipeline.pipelineArn],
        detail: { state: ['FAILED'] },
      },
      targets: [
        new SnsTopic(this.topic, {
          message: RuleTargetInput.fromMultilineText(
            [
              `${of('pipeline')}: ${of('stage')} / ${of('action')} failed.`,
              of('execution-result.external-execution-summary'),
              `Log: ${of('execution-result.external-execution-url')}`,
              `Execution ${of('execution-id')}: https://${Stack.of(this).region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${of('pipeline')}/view`,
            ].join('\n'),
          ),
        }),
      ],
    });
    new CfnOutput(Stack.of(this), 'FailureTopic', {
      description:
        'Tells of failures; -c notifyEmails=ADDRESS,... subscribes people, who then confirm by mail',
      value: this.topic.topicArn,
    });
  }
}
