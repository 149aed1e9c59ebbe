import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Clients } from '../../../lib/server/first-image/first-image.lambda';

interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

type Operation = { call(input: unknown): unknown }['call'];

/** Parameter Store, ECR with immutable tags, and one stack, in memory; the real clients talk to them. */
export class Account implements Clients {
  readonly parameters = new Map<string, string>();
  /** Digest of each tag, by repository. */
  readonly repositories = new Map<string, Map<string, string>>();
  /** Tags that were put, first to last. */
  readonly done: string[] = [];
  stackStatus = 'UPDATE_IN_PROGRESS';
  /** What happens, once, in between reading the parameter and writing it. */
  meanwhile: () => void = () => undefined;

  readonly ssm = this.connect(new SSMClient({ region: 'eu-central-1' }));
  readonly ecr = this.connect(new ECRClient({ region: 'eu-central-1' }));
  readonly cloudFormation = this.connect(new CloudFormationClient({ region: 'eu-central-1' }));

  push(repository: string, tag: string, digest: string): void {
    const tags = this.repositories.get(repository) ?? new Map<string, string>();
    this.repositories.set(repository, tags.set(tag, digest));
  }

  private connect<T extends SSMClient | ECRClient | CloudFormationClient>(client: T): T {
    client.send = ((command: { input: unknown; constructor: { name: string } }) => {
      const handler = this.operations[command.constructor.name.replace(/Command$/, '')];
      return new Promise((resolve, reject) => {
        if (handler) resolve(handler(command.input));
        else reject(new Error(`this account knows no ${command.constructor.name}`));
      });
    }) as typeof client.send;
    return client;
  }

  private readonly operations: Record<string, Operation> = {
    GetParameter: ({ Name }: { Name: string }) => {
      const Value = this.parameters.get(Name);
      if (Value === undefined) throw apiError('ParameterNotFound');
      return { Parameter: { Name, Value } };
    },
    PutParameter: ({ Name, Value, Overwrite }: { Name: string; Value: string; Overwrite: boolean }) => {
      this.meanwhile();
      if (this.parameters.has(Name) && !Overwrite) throw apiError('ParameterAlreadyExists');
      this.parameters.set(Name, Value);
      return {};
    },
    DeleteParameter: ({ Name }: { Name: string }) => {
      if (!this.parameters.delete(Name)) throw apiError('ParameterNotFound');
      return {};
    },
    DescribeImages: ({ repositoryName, imageIds }: { repositoryName: string; imageIds: ImageId[] }) => ({
      imageDetails: imageIds.map((id) => {
        const imageDigest = this.find(repositoryName, id);
        const tags = [...this.tags(repositoryName)].filter(([, digest]) => digest === imageDigest);
        return { imageDigest, imageTags: tags.map(([tag]) => tag) };
      }),
    }),
    BatchGetImage: ({ repositoryName, imageIds }: { repositoryName: string; imageIds: ImageId[] }) => ({
      images: imageIds.map((id) => ({ imageManifest: `manifest of ${this.find(repositoryName, id)}` })),
    }),
    PutImage: (input: { repositoryName: string; imageTag: string; imageManifest: string }) => {
      const tags = this.tags(input.repositoryName);
      const digest = input.imageManifest.replace('manifest of ', '');
      const had = tags.get(input.imageTag);
      if (had === digest) throw apiError('ImageAlreadyExistsException');
      if (had !== undefined) throw apiError('ImageTagAlreadyExistsException');
      this.done.push(`${input.repositoryName}:${input.imageTag}`);
      tags.set(input.imageTag, digest);
      return {};
    },
    BatchDeleteImage: ({ repositoryName, imageIds }: { repositoryName: string; imageIds: ImageId[] }) => {
      for (const { imageTag } of imageIds) this.tags(repositoryName).delete(imageTag ?? '');
      return { failures: [] };
    },
    DescribeStacks: () => ({ Stacks: [{ StackStatus: this.stackStatus }] }),
  };

  private tags(repository: string): Map<string, string> {
    const tags = this.repositories.get(repository);
    if (!tags) throw apiError('RepositoryNotFoundException');
    return tags;
  }

  private find(repository: string, { imageTag, imageDigest }: ImageId): string {
    const found = [...this.tags(repository)].find(
      ([tag, digest]) => tag === imageTag || digest === imageDigest,
    );
    if (!found) throw apiError('ImageNotFoundException');
    return found[1];
  }
}

function apiError(name: string): Error {
  return Object.assign(new Error(name), { name });
}
