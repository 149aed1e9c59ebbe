import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccountStacks, accountApp } from '../../lib/account/account-app';
import type { KubernetesObject } from '../../lib/manifests/kubernetes-object';
import { readSettings } from '../../lib/config/read-settings';

// The library's own validation of templates is part of `bin/berth test --only templates`; here it would run each time.
process.env['CDK_VALIDATION'] = 'false';

const root = join(__dirname, '..', '..');
const { context: flags } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** What a deployment is asked for. */
export const deployable = {
  administrators: 'arn:aws:iam::123456789012:role/admin',
  clientCidrs: '203.0.113.0/24',
} as const;

export const withPipeline = { ...deployable, sourceRepository: 'example/berth' } as const;

export const withDomain = {
  ...deployable,
  hostName: 'api.example.com',
  hostedZoneName: 'example.com',
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
} as const;

/** Support of Kubernetes versions ends; what these tests say does not. */
const TODAY = new Date('2026-11-23T12:00:00Z');

const made = new Map<string, { app: App; stacks: AccountStacks }>();

/** The app as `cdk synth -c …` makes it, with the flags of cdk.json. Once for each context within a test file. */
export function accountWith(context: Readonly<Record<string, unknown>> = deployable) {
  const key = JSON.stringify(context);
  const known = made.get(key);
  if (known !== undefined) return known;
  const app = new App({
    context: { ...flags, ...context, 'aws:cdk:disable-asset-staging': true },
    analyticsReporting: false,
  });
  const result = {
    app,
    stacks: accountApp(app, readSettings(app.node.getAllContext() as Record<string, unknown>), TODAY),
  };
  made.set(key, result);
  return result;
}

export type StackName = 'platform' | 'image' | 'server' | 'pipeline';

/** The template of one stack. */
export function templateOf(
  name: StackName,
  context: Readonly<Record<string, unknown>> = deployable,
): Template {
  return Template.fromStack(accountWith(context).stacks[name] as Stack);
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
}

export function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON()['Resources'] as Record<string, Resource>;
}

/** The Kubernetes object of each manifest in a template, with `<…>` for what is known at deployment only. */
export function objectsOf(template: Template): Map<string, KubernetesObject> {
  const objects = Object.entries(resourcesOf(template))
    .filter(([, { Type }]) => Type === 'Custom::AWSCDK-EKS-KubernetesResource')
    .map(([id, { Properties }]) => {
      const [object] = JSON.parse(asText(Properties['Manifest'])) as [KubernetesObject];
      return [id, object] as const;
    });
  return new Map(objects);
}

/** The object of one kind and name. */
export function objectOf(template: Template, kind: string, name = 'berth'): KubernetesObject {
  const found = [...objectsOf(template).values()].find(
    (object) => object.kind === kind && object.metadata.name === name,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name} in the template`);
  return found;
}

/** What stands in an object at a path such as `spec.rules.0.host`. */
export function at(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], object);
}

/** Text with intrinsic functions shown as `<…>`. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  const joined = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (joined !== undefined) return joined[1].map(asText).join(joined[0]);
  return `<${Object.values(value as object)
    .flat()
    .join('.')}>`;
}
