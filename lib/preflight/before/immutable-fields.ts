import { isDeepStrictEqual } from 'node:util';
import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import { names } from '../../config/names';
import type { Settings } from '../../config/settings';
import { eksProfile } from '../../manifests/profiles/eks';
import { statefulSet } from '../../manifests/stateful-set';
import { good, judge, unknown, type Check } from '../check';

/** What the API server refuses to change on a StatefulSet that is there. */
const IMMUTABLE = ['volumeClaimTemplates', 'serviceName', 'selector', 'podManagementPolicy'] as const;

/**
 * A deployment that changes one of them is refused by the API server and rolled back, after everything before it was
 * applied. The template that is deployed says what the set was made with.
 */
export const immutableFields: Check = {
  title: 'what cannot change on the StatefulSet',
  applies: ({ stacks }) => stacks.server !== undefined,
  async look({ settings, clients }) {
    const { TemplateBody = '' } = await clients.cloudFormation.send(
      new GetTemplateCommand({ StackName: names.stacks.server }),
    );
    const made = statefulSetOf(TemplateBody);
    if (made === undefined) return unknown(`the template of ${names.stacks.server} has no StatefulSet`);
    const wanted = wantedSet(settings).spec;
    const changed = IMMUTABLE.filter(
      (field) => !isDeepStrictEqual(made.spec?.[field], JSON.parse(JSON.stringify(wanted[field]))),
    );
    if (changed.length === 0) return good(IMMUTABLE.join(', '));
    const sizes = [made.spec, wanted].map(
      (spec) => spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.['storage'] ?? '',
    );
    return judge(
      changed.map((field) =>
        field === 'volumeClaimTemplates' && sizes[0] !== sizes[1]
          ? `volumeGib is ${settings.volumeGib}, and the set was made with volumes of ${sizes[0] ?? ''}; allowed: ${Number.parseInt(sizes[0] ?? '', 10)}, ` +
            'as claim templates are immutable; fix: "Larger volumes" under Upgrades in README.md'
          : `${field} is another than the set was made with, and cannot change; allowed: ${JSON.stringify(made.spec?.[field])}; ` +
            'fix: deploy what made it, or delete the set with --cascade=orphan first',
      ),
      '',
    );
  },
};

/** As the server's stack makes it; what is immutable depends on nothing that only a deployment knows. */
function wantedSet(settings: Settings) {
  return statefulSet(
    eksProfile({
      image: '',
      replicas: settings.replicas,
      volumeSize: `${settings.volumeGib}Gi`,
      storageClassName: names.storageClass,
      loadBalancerCidrs: [],
      clientCidrs: ['0.0.0.0/0'],
      accessLogs: { bucket: 'any', prefix: 'any' },
    }),
  );
}

/** The set among the Kubernetes objects of a template, each the text of a list with one object in it. */
export function statefulSetOf(template: string): StatefulSet | undefined {
  const { Resources = {} } = JSON.parse(template) as {
    Resources?: Record<string, { Properties?: { Manifest?: unknown } }>;
  };
  for (const { Properties } of Object.values(Resources)) {
    if (Properties?.Manifest === undefined) continue;
    const [object] = JSON.parse(textOf(Properties.Manifest)) as [StatefulSet];
    if (object.kind === 'StatefulSet') return object;
  }
  return undefined;
}

/** Text of a template, with nothing in place of what only a deployment knows. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: readonly [string, readonly unknown[]] };
  return join === undefined ? '' : join[1].map(textOf).join(join[0]);
}
