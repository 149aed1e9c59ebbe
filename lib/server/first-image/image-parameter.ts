import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';

/** The SSM parameter that says which image runs. */
export class ImageParameter {
  constructor(
    private readonly client: SSMClient,
    private readonly name: string,
  ) {}

  /** Its value, or undefined where there is no such parameter. */
  async read(): Promise<string | undefined> {
    try {
      const { Parameter } = await this.client.send(new GetParameterCommand({ Name: this.name }));
      return Parameter?.Value;
    } catch (error) {
      if (isNamed(error, 'ParameterNotFound')) return undefined;
      throw error;
    }
  }

  /**
   * Writes a value where there is none, or where there is exactly `instead`.
   * @returns the value that is there afterwards: somebody else's, if theirs came first
   */
  async write(value: string, instead?: string): Promise<string> {
    try {
      await this.client.send(
        new PutParameterCommand({
          Name: this.name,
          Value: value,
          Type: 'String',
          Description: 'Image that runs, by digest. Written by releases; deploying stacks never changes it.',
          Overwrite: instead !== undefined,
        }),
      );
      return value;
    } catch (error) {
      if (!isNamed(error, 'ParameterAlreadyExists')) throw error;
      return (await this.read()) ?? value;
    }
  }

  async remove(): Promise<void> {
    try {
      await this.client.send(new DeleteParameterCommand({ Name: this.name }));
    } catch (error) {
      if (!isNamed(error, 'ParameterNotFound')) throw error;
    }
  }
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
