import type { Template } from 'aws-cdk-lib/assertions';
import { type Resource, resourcesOf } from './templates';

/**
 * Which resource of a template comes after which: by DependsOn, and by Ref, Fn::GetAtt and Fn::Sub.
 * Deletion goes the opposite way.
 */
export class DependencyGraph {
  readonly resources: Readonly<Record<string, Resource>>;

  constructor(template: Template) {
    this.resources = resourcesOf(template);
  }

  /** Logical ids of all resources of a type. */
  ofType(type: string): string[] {
    return Object.keys(this.resources).filter((id) => this.resources[id]?.Type === type);
  }

  /** Everything that is created before a resource, and deleted after it. */
  before(id: string): Set<string> {
    const seen = new Set<string>();
    const visit = (one: string) => {
      for (const next of this.direct(one)) {
        if (seen.has(next)) continue;
        seen.add(next);
        visit(next);
      }
    };
    visit(id);
    return seen;
  }

  private direct(id: string): string[] {
    const resource = this.resources[id];
    if (resource === undefined) throw new Error(`no resource ${id}`);
    return [...[resource.DependsOn ?? []].flat(), ...references(resource.Properties)].filter(
      (name) => name in this.resources,
    );
  }
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return [String((inner as unknown[])[0]).split('.')[0] ?? ''];
    if (key === 'Fn::Sub') {
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      return [...text.matchAll(/\$\{([A-Za-z0-9]+)/g)].map((match) => match[1] ?? '');
    }
    return references(inner);
  });
}
