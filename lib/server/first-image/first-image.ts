import { join } from 'node:path';
import { CustomResource, Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { frameworkRole, ownedLogGroup, TypescriptFunction } from '../../lambda/typescript-function';
import type { FirstImageProperties } from './properties';

const ROOT = join(__dirname, '..', '..', '..');

/**
 * `cdk gc` collects images none of whose tags is named in any stack's template. A changed source changes the asset's
 * tag in the template, so the image that runs needs one that stays.
 */
const KEEP_TAG = 'berth-first-image';

export interface FirstImageProps {
  /** SSM parameter that holds what runs. */
  readonly parameterName: string;
  readonly architecture: 'arm64' | 'x86_64';
  /** Where releases are pushed to: a parameter that names an image there is left as it is. */
  readonly releases: IRepository;
}

/**
 * The image that the first deployment runs, before any release: built from the Dockerfile when the stack is deployed,
 * and written to the parameter by its digest, once. Afterwards the parameter belongs to the releases.
 *
 * The image stays where `cdk deploy` pushes it, in the bootstrap stack's repository, whose lifecycle only expires
 * images without tags. Copying it into the releases' repository would need a registry client of our own.
 */
export class FirstImage extends Construct {
  /** The image the parameter named when the stack was last deployed. Its value now is in the parameter. */
  readonly image: string;

  constructor(scope: Construct, id: string, props: FirstImageProps) {
    super(scope, id);
    const asset = new DockerImageAsset(this, 'Image', {
      directory: ROOT,
      platform: props.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    });
    const logGroup = ownedLogGroup(this, 'Log');
    const write = new TypescriptFunction(this, 'Write', {
      entry: join(__dirname, 'first-image.lambda.ts'),
      description: `Writes the first image to ${props.parameterName}, once`,
      statements: this.permissions(props, asset.repository),
      logGroup,
    });
    const provider = new Provider(this, 'Provider', {
      onEventHandler: write.function,
      logGroup,
      frameworkOnEventRole: frameworkRole(this, 'ProviderRole', logGroup),
    });
    const parameter = new CustomResource(this, 'Parameter', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::FirstImage',
      properties: {
        ParameterName: props.parameterName,
        RepositoryUri: asset.repository.repositoryUri,
        ImageTag: asset.imageTag,
        KeepTag: KEEP_TAG,
      } satisfies FirstImageProperties,
    });
    parameter.node.addDependency(provider);
    this.image = parameter.getAttString('Image');
  }

  private permissions({ parameterName, releases }: FirstImageProps, pushed: IRepository): PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
        resources: [
          stack.formatArn({
            service: 'ssm',
            resource: 'parameter',
            resourceName: parameterName.replace(/^\//, ''),
          }),
        ],
      }),
      new PolicyStatement({
        actions: ['ecr:DescribeImages'],
        resources: [pushed.repositoryArn, releases.repositoryArn],
      }),
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:BatchDeleteImage'],
        resources: [pushed.repositoryArn],
      }),
      new PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }),
    ];
  }
}
