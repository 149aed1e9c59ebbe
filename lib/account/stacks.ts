import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { waitFor } from '../process/wait';
import { messageOf, UserError } from '../terminal/user-error';

/** Where an update ends well. Any other end means that something has to be seen to. */
const UPDATED = 'UPDATE_COMPLETE';
/** Statuses from which CloudFormation takes an update: what is there is what a template says. */
const AT_REST = [
  ...['CREATE_COMPLETE', UPDATED, 'UPDATE_ROLLBACK_COMPLETE'],
  ...['IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'],
];

/** Deployed stacks, looked at and updated without the CDK: as a release does, and a person in the console. */
export class Stacks {
  constructor(private readonly client: CloudFormationClient) {}

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

  /** Waits for whoever changes a stack to end. @throws UserError there is no such stack, or it takes too long */
  async untilEnded(name: string, seconds: number, detail: (text: string) => void): Promise<void> {
    await this.describe(name); // One that is not there is not waited for.
    await this.end(name, seconds, detail);
  }

  /** @throws UserError CloudFormation would take no update of the stack as it is; what to do about it */
  async assertAtRest(name: string): Promise<void> {
    const status = await this.status(name);
    if (AT_REST.includes(status)) return;
    if (status.endsWith('_IN_PROGRESS')) {
      throw new UserError(`${name} is ${status}: somebody deploys it\n  fix: wait until that has ended`);
    }
    const fix =
      status === 'UPDATE_ROLLBACK_FAILED'
        ? `aws cloudformation continue-update-rollback --stack-name ${name}`
        : `see its events in the console, then 'npx cdk deploy ${name}'`;
    throw new UserError(
      `${name} is ${status}; allowed: ${AT_REST.join(', ')}\n  why: ${await this.reasonOfFailure(name)}\n  fix: ${fix}`,
    );
  }

  /**
   * Updates a stack with the template and parameters it has: only values that parameters are read from have changed.
   * @returns false when none of them has
   * @throws UserError what was updated has been taken back; why
   */
  async updateInPlace(
    name: string,
    seconds: number,
    detail: (text: string) => void = () => undefined,
  ): Promise<boolean> {
    const { Parameters = [] } = await this.describe(name);
    try {
      await this.client.send(
        new UpdateStackCommand({
          StackName: name,
          UsePreviousTemplate: true,
          Parameters: Parameters.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true })),
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        }),
      );
    } catch (error) {
      if (/No updates are to be performed/.test(messageOf(error))) return false;
      throw error;
    }
    const status = await this.end(name, seconds, detail);
    if (status === UPDATED) return true;
    throw new UserError(`${name} is ${status}, not ${UPDATED}: ${await this.reasonOfFailure(name)}`);
  }

  /** The status once nothing is in progress. */
  private end(name: string, seconds: number, detail: (text: string) => void): Promise<string> {
    return waitFor(
      `the end of what CloudFormation does to ${name}`,
      async () => {
        const status = await this.status(name);
        if (!status.endsWith('_IN_PROGRESS')) return status;
        detail(`${name} is ${status}`);
        return undefined;
      },
      { seconds, every: 500 },
    );
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
    try {
      const { Stacks: found } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
      if (found?.[0]) return found[0];
    } catch (error) {
      if (!/does not exist/.test(messageOf(error))) throw error;
    }
    throw new UserError(
      `there is no stack ${name} in the account and region; 'npx cdk deploy --all' makes it`,
    );
  }
}
