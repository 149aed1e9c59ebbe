import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  type ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr';

/** Every form in which an image may have been pushed; a list of platforms is one of them. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** Where an image is in ECR: `<account>.dkr.ecr.<region>.<suffix>/<repository>`, and perhaps its digest. */
const ECR_IMAGE =
  /^(?<registry>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+\/(?<repository>[^@:]+)(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

interface Place {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly digest?: string;
}

/** @returns undefined when it is not in ECR */
function parse(image: string): Place | undefined {
  const { registry, repository, digest } = ECR_IMAGE.exec(image)?.groups ?? {};
  if (registry === undefined || repository === undefined) return undefined;
  return { registryId: registry, repositoryName: repository, ...(digest === undefined ? {} : { digest }) };
}

/** Images in ECR, as far as choosing the first one needs them. */
export class PushedImages {
  constructor(private readonly client: ECRClient) {}

  /** @throws Error when there is no image with that tag */
  async digest(repositoryUri: string, tag: string): Promise<string> {
    const { registryId, repositoryName } = inEcr(repositoryUri);
    const { imageDetails = [] } = await this.client.send(
      new DescribeImagesCommand({ registryId, repositoryName, imageIds: [{ imageTag: tag }] }),
    );
    const digest = imageDetails[0]?.imageDigest;
    if (digest === undefined) throw new Error(`${repositoryUri}:${tag} has no digest`);
    return digest;
  }

  /** Whether `repository@sha256:…` is there to be pulled. One that is not in ECR counts as there: nobody here knows. */
  async exists(image: string): Promise<boolean> {
    const place = parse(image);
    if (place?.digest === undefined) return true;
    const { registryId, repositoryName, digest: imageDigest } = place;
    try {
      await this.client.send(
        new DescribeImagesCommand({ registryId, repositoryName, imageIds: [{ imageDigest }] }),
      );
      return true;
    } catch (error) {
      if (isNamed(error, 'ImageNotFoundException', 'RepositoryNotFoundException')) return false;
      throw error;
    }
  }

  /** Gives an image a second tag, taking the tag from whatever had it. */
  async tag(repositoryUri: string, digest: string, tag: string): Promise<void> {
    const { registryId, repositoryName } = inEcr(repositoryUri);
    const { images = [] } = await this.client.send(
      new BatchGetImageCommand({
        ...{ registryId, repositoryName },
        imageIds: [{ imageDigest: digest }],
        acceptedMediaTypes: MEDIA_TYPES,
      }),
    );
    const [image] = images;
    if (image === undefined) throw new Error(`${repositoryUri}@${digest} is not there`);
    const put = () =>
      this.client.send(
        new PutImageCommand({
          ...{ registryId, repositoryName, imageTag: tag, imageDigest: digest },
          imageManifest: image.imageManifest,
          imageManifestMediaType: image.imageManifestMediaType,
        }),
      );
    try {
      await put();
    } catch (error) {
      if (isNamed(error, 'ImageAlreadyExistsException')) return; // It has the tag.
      if (!isNamed(error, 'ImageTagAlreadyExistsException')) throw error;
      // From an installation before this one. Tags of the repository are immutable, so it is taken away first.
      await this.untag(repositoryUri, tag);
      await put();
    }
  }

  /** Takes a tag away. An image that has another one, as every asset does, stays. */
  async untag(repositoryUri: string, tag: string): Promise<void> {
    const { registryId, repositoryName } = inEcr(repositoryUri);
    await this.client.send(
      new BatchDeleteImageCommand({ registryId, repositoryName, imageIds: [{ imageTag: tag }] }),
    );
  }
}

function inEcr(repositoryUri: string): Place {
  const place = parse(repositoryUri);
  if (!place) throw new Error(`'${repositoryUri}' is not a repository of ECR`);
  return place;
}

const isNamed = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);
