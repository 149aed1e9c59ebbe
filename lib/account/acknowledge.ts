import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of cdk-nag that stay in a construct, and why. */
export interface Acknowledgement {
  /** Path of the construct, its stack's name first. All below it is covered. */
  readonly path: string;
  /** Id of the rule, such as `AwsSolutions-IAM4`. */
  readonly rule: string;
  /**
   * What cdk-nag puts in brackets behind the id, where a rule finds several things in one resource.
   * `{region}` and `{partition}` stand for those of the stack.
   */
  readonly findings?: readonly string[];
  readonly reason: string;
}

/** Puts acknowledgements on the constructs they speak of, as far as those are there. */
export function acknowledge(scope: IConstruct, list: readonly Acknowledgement[]): void {
  const byPath = new Map(scope.node.findAll().map((construct) => [construct.node.path, construct]));
  for (const { path, rule, findings, reason } of list) {
    const construct = byPath.get(path);
    if (construct === undefined) continue;
    const stack = Stack.of(construct);
    for (const one of idsOf({ rule, ...(findings === undefined ? {} : { findings }) })) {
      const id = one.replace('{region}', stack.region).replace('{partition}', stack.partition);
      Validations.of(construct).acknowledge({ id, reason });
    }
  }
}

/** The ids as cdk-nag reports them. */
export function idsOf({ rule, findings }: Pick<Acknowledgement, 'rule' | 'findings'>): string[] {
  return findings === undefined ? [rule] : findings.map((finding) => `${rule}[${finding}]`);
}
