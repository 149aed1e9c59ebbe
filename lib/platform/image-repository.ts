import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { names } from '../config/names';

/**
 * The registry of the server's image. Everything in it can be built again from the source, so it goes with the stack.
 *
 * A release gives its image a tag of its own before anything runs it (`PushedImages.keep`), and the image before it as
 * well: what runs, or could be rolled back to, is never expired however many builds come after it.
 */
export function imageRepository(scope: Construct, id: string): ecr.Repository {
  return new ecr.Repository(scope, id, {
    repositoryName: names.repository,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    imageScanOnPush: true,
    encryption: ecr.RepositoryEncryption.KMS,
    removalPolicy: RemovalPolicy.DESTROY,
    emptyOnDelete: true,
    // An image that a rule of higher priority speaks of is left alone by those after it, so the first one protects.
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    lifecycleRules: [
      {
        rulePriority: 1,
        description: 'Releases: the last thousand',
        tagPrefixList: [names.releaseTag],
        maxImageCount: 1000,
      },
      {
        rulePriority: 2,
        description: 'What a push that was cut off left',
        tagStatus: ecr.TagStatus.UNTAGGED,
        maxImageAge: Duration.days(14),
      },
      {
        rulePriority: 3,
        description: 'Builds that were never released: the last hundred',
        tagStatus: ecr.TagStatus.ANY,
        maxImageCount: 100,
      },
    ],
  });
}
