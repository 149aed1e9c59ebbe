import type { Template } from 'aws-cdk-lib/assertions';
import { asText, resourcesOf } from '../account/templates';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/**
 * What the policies of a template let each role do, by the role's logical id: for each resource, shown as text, the
 * actions in order.
 */
export function permissions(template: Template): Map<string, Record<string, string[]>> {
  const found = new Map<string, Record<string, string[]>>();
  for (const { Type, Properties } of Object.values(resourcesOf(template))) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const { Statement: statements } = Properties['PolicyDocument'] as { Statement: Statement[] };
    for (const role of Properties['Roles'] as { Ref: string }[]) {
      const allowed = found.get(role.Ref) ?? {};
      found.set(role.Ref, allowed);
      for (const { Effect, Action, Resource } of statements) {
        if (Effect !== 'Allow') throw new Error(`a statement of ${role.Ref} is '${Effect}'`);
        for (const resource of [Resource].flat().map((one) => readable(asText(one)))) {
          allowed[resource] = [...(allowed[resource] ?? []), ...[Action].flat()].sort();
        }
      }
    }
  }
  return found;
}

/** Without what CDK adds to make names unique, and what every ARN has. */
function readable(text: string): string {
  return text
    .replace(/<berth-[a-z]+:ExportsOutput(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}(?:\w*?)[0-9A-F]{8}>/g, '<$1>')
    .replace(/<(\w+?)[0-9A-F]{8}(?:\.(\w+))?>/g, '<$1>')
    .replace(
      /arn:(?:aws|<AWS::Partition>):([a-z0-9]+):(?:eu-central-1|<AWS::Region>):<AWS::AccountId>:/,
      '$1 ',
    )
    .replaceAll('<AWS::AccountId>', 'ACCOUNT')
    .replaceAll('eu-central-1', 'REGION');
}
