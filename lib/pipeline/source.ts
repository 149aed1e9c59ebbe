import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnConnection } from 'aws-cdk-lib/aws-codeconnections';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import { ArnPrincipal, type IGrantable, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';

export interface SourceProps {
  readonly settings: Settings;
  /** `OWNER/NAME`. */
  readonly repository: string;
  readonly pipeline: codepipeline.Pipeline;
}

/** Where the pipeline takes the source from, and which changes to it start it. */
export class Source extends Construct {
  readonly output = new codepipeline.Artifact('Source');
  private readonly connectionArn: string;

  constructor(scope: Construct, id: string, { settings, repository, pipeline }: SourceProps) {
    super(scope, id);
    this.connectionArn = settings.sourceConnectionArn ?? this.connection(settings);
    const [owner, repo] = split(repository);
    const role = new Role(this, 'Role', { assumedBy: new ArnPrincipal(pipeline.role.roleArn) });
    this.grantFetch(role);
    const action = new actions.CodeStarConnectionsSourceAction({
      actionName: 'Source',
      connectionArn: this.connectionArn,
      ...{ owner, repo, role, branch: settings.sourceBranch, output: this.output },
      // A repository, not an archive of its files: the build asks git which files there are.
      codeBuildCloneOutput: true,
      // The trigger below does.
      triggerOnPush: false,
    });
    pipeline.addStage({ stageName: 'Source', actions: [action] });
    pipeline.addTrigger({
      providerType: codepipeline.ProviderType.CODE_STAR_SOURCE_CONNECTION,
      gitConfiguration: {
        sourceAction: action,
        pushFilter: [
          { branchesIncludes: [settings.sourceBranch], filePathsIncludes: [...settings.sourcePaths] },
        ],
      },
    });
  }

  /** Lets whoever fetches the source do so. The library grants the action under its older name alone. */
  grantFetch(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['codeconnections:UseConnection'],
        resources: [this.connectionArn],
      }),
    );
  }

  /** A connection is made PENDING: that it may read somebody's repositories only they can say, in the console. */
  private connection({ sourceProvider }: Settings): string {
    const connection = new CfnConnection(this, 'Connection', {
      connectionName: names.connection,
      providerType: sourceProvider,
    });
    const { region } = Stack.of(this);
    new CfnOutput(Stack.of(this), 'ConnectionToAccept', {
      description: `The connection to ${sourceProvider} is PENDING, and the pipeline fetches nothing, until someone chooses "Update pending connection" here`,
      value: `https://${region}.console.aws.amazon.com/codesuite/settings/connections?region=${region}#${connection.attrConnectionArn}`,
    });
    return connection.attrConnectionArn;
  }
}

/** GitLab has groups within groups: all but the last part is the owner. */
function split(repository: string): [string, string] {
  const at = repository.lastIndexOf('/');
  return [repository.slice(0, at), repository.slice(at + 1)];
}
