import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';

/** A parameter and the stack that reads it when it is updated, in memory; the real clients talk to them. */
export class Account {
  parameter: string | undefined;
  /** What the stack has applied. */
  applied: string;
  status = 'UPDATE_COMPLETE';
  /** Why the cluster would refuse an image. */
  refuses: (image: string) => string | undefined = () => undefined;
  /** What is done, first to last. */
  readonly done: string[] = [];
  /** Called before each operation; throwing there is being killed there. */
  before: (operation: string) => void = () => undefined;
  private reason = '';

  readonly ssm = this.connect(new SSMClient({ region: 'eu-central-1' }));
  readonly cloudFormation = this.connect(new CloudFormationClient({ region: 'eu-central-1' }));

  constructor(image: string) {
    this.parameter = image;
    this.applied = image;
  }

  private connect<T extends SSMClient | CloudFormationClient>(client: T): T {
    client.send = (async (command: { input: unknown; constructor: { name: string } }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      this.before(operation);
      const handler = this.operations[operation];
      if (!handler) throw new Error(`this account knows no ${operation}`);
      return Promise.resolve(handler(command.input as { Value?: string }));
    }) as typeof client.send;
    return client;
  }

  private readonly operations: Record<string, (input: { Value?: string }) => unknown> = {
    GetParameter: () => ({ Parameter: { Value: this.parameter } }),
    PutParameter: ({ Value }) => {
      this.done.push(`parameter ${Value ?? ''}`);
      this.parameter = Value;
      return {};
    },
    DescribeStacks: () => {
      const seen = this.status;
      // What is in progress ends when it has been looked at once.
      if (seen.endsWith('_IN_PROGRESS')) this.update();
      const Outputs = [{ OutputKey: 'Image', OutputValue: this.applied }];
      return { Stacks: [{ StackStatus: seen, Parameters: [{ ParameterKey: 'Image' }], Outputs }] };
    },
    UpdateStack: () => {
      if (!this.status.endsWith('_COMPLETE')) throw new Error(`is in ${this.status} state`);
      if (this.parameter === this.applied) throw new Error('No updates are to be performed.');
      this.done.push('update');
      this.status = 'UPDATE_IN_PROGRESS';
      return {};
    },
    DescribeStackEvents: () => ({
      StackEvents: [
        { LogicalResourceId: 'Set', ResourceStatus: 'UPDATE_FAILED', ResourceStatusReason: this.reason },
      ],
    }),
  };

  private update(): void {
    const refused = this.refuses(this.parameter ?? '');
    this.status = refused === undefined ? 'UPDATE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE';
    this.reason = refused ?? '';
    if (refused === undefined) this.applied = this.parameter ?? '';
  }
}
