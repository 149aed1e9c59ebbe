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

/** Without a registry it is the one of whoever asks. */
type Repository = Pick<Place, 'repositoryName'> & Partial<Pick<Place, 'registryId'>>;

/** @returns undefined when it is not in ECR */
function parse(image: string): Place | undefined {
  const { registry, repository, digest } = ECR_IMAGE.exec(image)?.groups ?? {};
  if (registry === undefined || repository === undefined) return undefined;
  return { registryId: registry, repositoryName: repository, ...(digest === undefined ? {} : { digest }) };
}

/** How much of a digest is in a tag: enough to be no other's. */
const TAG_DIGITS = 12;

/** Images in ECR, as far as choosing the first one and releasing others need them. */
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
    return (await this.tagsOf({ registryId, repositoryName }, imageDigest)) !== undefined;
  }

  /** Gives an image a second tag, taking the tag from whatever had it. */
  async tag(repositoryUri: string, digest: string, tag: string): Promise<void> {
    const { registryId, repositoryName } = inEcr(repositoryUri);
    const put = await this.again({ registryId, repositoryName }, digest, tag);
    try {
      await put();
    } catch (error) {
      if (!isNamed(error, 'ImageTagAlreadyExistsException')) throw error;
      // From an installation before this one. Tags of the repository are immutable, so it is taken away first.
      await this.untag(repositoryUri, tag);
      await put();
    }
  }

  /**
   * Gives an image a second tag made of `prefix` and the beginning of its digest. One that has it is left as it is, and
   * so is one that is not in the repository of that name here, but in another or in another account's.
   */
  async keep(image: string, repositoryName: string, prefix: string): Promise<void> {
    const place = parse(image);
    if (place?.digest === undefined || place.repositoryName !== repositoryName) return;
    const tag = prefix + place.digest.slice('sha256:'.length, 'sha256:'.length + TAG_DIGITS);
    const tags = await this.tagsOf({ repositoryName }, place.digest);
    if (tags === undefined || tags.includes(tag)) return;
    const put = await this.again({ repositoryName }, place.digest, tag);
    await put();
  }

  /** Undefined where there is no such image. */
  private async tagsOf(repository: Repository, imageDigest: string): Promise<string[] | undefined> {
    try {
      const { imageDetails = [] } = await this.client.send(
        new DescribeImagesCommand({ ...repository, imageIds: [{ imageDigest }] }),
      );
      return imageDetails[0]?.imageTags ?? [];
    } catch (error) {
      if (isNamed(error, 'ImageNotFoundException', 'RepositoryNotFoundException')) return undefined;
      throw error;
    }
  }

  /**
   * Reads an image's manifest, which is put again under another tag; its layers are there already.
   * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html
   * @returns puts it
   */
  private async again(
    repository: Repository,
    imageDigest: string,
    imageTag: string,
  ): Promise<() => Promise<void>> {
    const { images = [] } = await this.client.send(
      new BatchGetImageCommand({
        ...repository,
        imageIds: [{ imageDigest }],
        acceptedMediaTypes: MEDIA_TYPES,
      }),
    );
    const [image] = images;
    if (image === undefined) throw new Error(`${repository.repositoryName}@${imageDigest} is not there`);
    const { imageManifest, imageManifestMediaType } = image;
    return async () => {
      try {
        await this.client.send(
          new PutImageCommand({
            ...repository,
            ...{ imageTag, imageDigest, imageManifest, imageManifestMediaType },
          }),
        );
      } catch (error) {
        if (!isNamed(error, 'ImageAlreadyExistsException')) throw error; // It has the tag.
      }
    };
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
