import { stringify } from 'yaml';
import type { KubernetesObject } from './kubernetes-object';

/**
 * The objects as one YAML stream.
 * @param head comment lines above the first object, without the leading `#`
 */
export function toYaml(objects: readonly KubernetesObject[], head: readonly string[] = []): string {
  const comment = head.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('');
  // Objects share label maps; written out each time, as people and `kubectl apply` expect.
  // kubectl reads YAML 1.1, in which a bare `off` or `no` is not a text.
  const documents = objects.map((object) =>
    stringify(object, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' }),
  );
  return `${comment}---\n${documents.join('---\n')}`;
}
