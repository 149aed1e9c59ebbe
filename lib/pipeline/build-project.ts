import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import { buildImage, projectLog } from './build-environment';

/** What buildspec.yml calls its reports. A test holds the two to each other. */
export const REPORTS: Readonly<Record<string, codebuild.ReportGroupType>> = {
  tests: codebuild.ReportGroupType.TEST,
  'coverage-go': codebuild.ReportGroupType.CODE_COVERAGE,
  'coverage-typescript': codebuild.ReportGroupType.CODE_COVERAGE,
};

export interface BuildProjectProps {
  readonly settings: Settings;
  /** Where images are pushed. */
  readonly repository: IRepository;
  /** Where its caches are kept. */
  readonly store: IBucket;
}

/** Runs buildspec.yml: tests the source, builds the image, checks and pushes it. */
export class BuildProject extends Construct {
  readonly project: codebuild.PipelineProject;

  constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const { settings, repository, store } = props;
    const projectName = names.projects.build;
    const log = projectLog(this, 'Log', projectName);
    this.project = new codebuild.PipelineProject(this, 'Project', {
      projectName,
      description: 'Tests the source, builds the image and pushes it',
      buildSpec: codebuild.BuildSpec.fromSourceFilename('buildspec.yml'),
      environment: {
        buildImage: buildImage(settings),
        // Compiling Go with the race detector, and ESLint with types, want memory and cores.
        computeType: codebuild.ComputeType.MEDIUM,
        // Building an image needs the docker daemon of the build's own container.
        privileged: true,
      },
      environmentVariables: {
        IMAGE_REPOSITORY: { value: repository.repositoryUri },
        ARCHITECTURE: { value: settings.architecture === 'arm64' ? 'arm64' : 'amd64' },
      },
      cache: codebuild.Cache.bucket(store, { prefix: 'cache' }),
      timeout: Duration.hours(1),
      // Reports get groups of their own, below.
      grantReportGroupPermissions: false,
    });
    this.project.node.addDependency(log);
    repository.grantPullPush(this.project);
    this.reports(projectName);
  }

  /**
   * CodeBuild puts the report NAME of a buildspec into the group PROJECT-NAME, and makes it where it is not there. One
   * that it made would stay behind when the stack goes.
   */
  private reports(projectName: string): void {
    for (const [name, type] of Object.entries(REPORTS)) {
      const group = new codebuild.ReportGroup(this, `Report ${name}`, {
        reportGroupName: `${projectName}-${name}`,
        ...{ type, deleteReports: true, removalPolicy: RemovalPolicy.DESTROY },
      });
      group.grantWrite(this.project);
      // It asks for the group to be made without looking whether it is there.
      this.project.addToRolePolicy(
        new PolicyStatement({ actions: ['codebuild:CreateReportGroup'], resources: [group.reportGroupArn] }),
      );
    }
  }
}
