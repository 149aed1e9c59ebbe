import { CfnResource, CustomResourceProviderBase, type Stack } from 'aws-cdk-lib';
import { ownedLogGroup } from './typescript-function';

/**
 * Lets the Lambdas that the library adds to a stack by itself, such as the one that empties buckets, write to a log group
 * of the stack's. By default Lambda makes a group for each, which stays when the stack goes, without an end. To be
 * called when all is in the stack.
 */
export function ownLogs(stack: Stack): void {
  const providers = stack.node.children.filter((child) => child instanceof CustomResourceProviderBase);
  if (providers.length === 0) return;
  const logGroup = ownedLogGroup(stack, 'ProvidersLog');
  for (const provider of providers) {
    const [handler, role] = ['Handler', 'Role'].map((id) => provider.node.findChild(id));
    if (!CfnResource.isCfnResource(handler) || !CfnResource.isCfnResource(role)) continue;
    handler.addPropertyOverride('LoggingConfig.LogGroup', logGroup.logGroupName);
    // That one may make log groups, and so bring back one that was just removed.
    role.addPropertyDeletionOverride('ManagedPolicyArns');
    provider.addToRolePolicy({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: logGroup.logGroupArn,
    });
  }
}
