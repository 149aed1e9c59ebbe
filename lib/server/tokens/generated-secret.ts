import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Characters: letters and digits, of which 64 hold 381 random bits; as a bearer token they need no quoting anywhere. */
const LENGTH = 64;

/**
 * A random value that Secrets Manager makes once, when the stack is created. CloudFormation makes another if any of
 * these properties or the logical id changes, so a test holds both.
 *
 * Its name is left to CloudFormation: one that is deleted may keep a name for days, and a new stack could not be made.
 */
export function generatedSecret(scope: Construct, id: string, description: string): Secret {
  return new Secret(scope, id, {
    description,
    generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
