import { basename } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLE, bundle } from './bundle';

export interface TypescriptFunctionProps {
  /** Absolute path of a `*.lambda.ts`. */
  readonly entry: string;
  /** Name of the exported function. Default `handler`. */
  readonly handler?: string;
  /** One line for whoever finds it in the console. */
  readonly description: string;
  /** Default 1 minute. */
  readonly timeout?: Duration;
  /** All it may do besides writing its log. */
  readonly statements?: readonly PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: one of its own, which goes with the stack. */
  readonly logGroup?: LogGroup;
}

/** A Lambda written in TypeScript, with a role that may do what is said and nothing else. */
export class TypescriptFunction extends Construct {
  readonly function: Function;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TypescriptFunctionProps) {
    super(scope, id);
    const directory = bundle(props.entry);
    this.logGroup = props.logGroup ?? ownedLogGroup(this, 'Log');
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    for (const statement of props.statements ?? []) role.addToPolicy(statement);
    this.function = new Function(this, 'Function', {
      description: props.description,
      // The folder's name is a hash of its content already.
      code: Code.fromAsset(directory, { assetHash: basename(directory) }),
      handler: `${BUNDLE}.${props.handler ?? 'handler'}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: props.timeout ?? Duration.minutes(1),
      role,
      logGroup: this.logGroup,
      ...(props.environment === undefined ? {} : { environment: props.environment }),
    });
    // On deletion the role's permissions must not go before the function has been called for the last time.
    this.function.node.addDependency(role);
  }
}

/**
 * A role for Lambdas of the library's provider framework. The one that it makes itself may make log groups, and then
 * the last words of a Lambda bring back one that the stack has just removed.
 */
export function frameworkRole(scope: Construct, id: string, logGroup: LogGroup): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return role;
}

/** A log group that the stack makes and removes: one that Lambda makes itself stays behind, without an end. */
export function ownedLogGroup(scope: Construct, id: string): LogGroup {
  return new LogGroup(scope, id, {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
