import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { waitFor } from '../process/wait';
import { UserError } from '../terminal/user-error';
import { clientSettings, type Account } from './account';

/** Stacks of the account, looked at and updated without the CDK: as the pipeline's release does, and a person in the console. */
export class Stacks {
  private readonly client: CloudFormationClient;

  constructor(account: Account) {
    this.client = new CloudFormationClient(clientSettings(account));
  }

  async status(name: string): Promise<string> {
    return (await this.describe(name)).StackStatus ?? '';
  }

  /** The outputs' values by their keys. */
  async outputs(name: string): Promise<Record<string, string>> {
    const { Outputs = [] } = await this.describe(name);
    return Object.fromEntries(
      Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  /** Updates a stack with the template and parameters it has: only values that parameters are read from have changed. */
  async updateInPlace(name: string, seconds: number): Promise<void> {
    const { Parameters = [] } = await this.describe(name);
    await this.client.send(
      new UpdateStackCommand({
        StackName: name,
        UsePreviousTemplate: true,
        Parameters: Parameters.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true })),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      }),
    );
    const status = await waitFor(
      `the end of the update of ${name}`,
      async () => {
        const now = await this.status(name);
        return now.endsWith('_IN_PROGRESS') ? undefined : now;
      },
      { seconds, every: 300 },
    );
    if (status !== 'UPDATE_COMPLETE') {
      throw new UserError(`${name} is ${status}, not UPDATE_COMPLETE: ${await this.reasonOfFailure(name)}`);
    }
  }

  /** The events of the stack's last update, first to last. */
  async lastUpdate(name: string): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    let next: string | undefined;
    do {
      const page = await this.client.send(
        new DescribeStackEventsCommand({
          StackName: name,
          ...(next === undefined ? {} : { NextToken: next }),
        }),
      );
      events.push(...(page.StackEvents ?? []));
      next = page.NextToken;
    } while (next !== undefined);
    const begin = events.findIndex(
      (event) =>
        event.ResourceType === 'AWS::CloudFormation::Stack' &&
        event.PhysicalResourceId === event.StackId &&
        event.ResourceStatus === 'UPDATE_IN_PROGRESS',
    );
    return (begin < 0 ? events : events.slice(0, begin + 1)).reverse();
  }

  /** What the first resource that failed in the last update said. */
  async reasonOfFailure(name: string): Promise<string> {
    const failed = (await this.lastUpdate(name)).find(({ ResourceStatus }) =>
      ResourceStatus?.endsWith('_FAILED'),
    );
    return failed
      ? `${failed.LogicalResourceId ?? ''}: ${failed.ResourceStatusReason ?? ''}`
      : 'no resource failed';
  }

  private async describe(name: string): Promise<Stack> {
    const { Stacks: found } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
    const stack = found?.[0];
    if (!stack) throw new UserError(`there is no stack ${name} in the account`);
    return stack;
  }
}
