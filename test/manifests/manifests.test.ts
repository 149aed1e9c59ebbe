import { parseAllDocuments } from 'yaml';
import { manifests } from '../../lib/manifests/manifests';
import { peerSecret, tokensSecret } from '../../lib/manifests/secrets';
import { toYaml } from '../../lib/manifests/yaml';
import { eks, minikube } from './profiles-for-test';

describe('the objects of a platform', () => {
  test('are the same kinds on minikube and EKS', () => {
    const kinds = manifests(minikube()).map(({ kind }) => kind);
    expect(manifests(eks()).map(({ kind }) => kind)).toEqual(kinds);
    expect(kinds).toEqual([
      'Namespace',
      'ServiceAccount',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'Service',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'ConfigMap',
      'Ingress',
      'StatefulSet',
    ]);
  });

  test('never hold a Secret', () => {
    expect(manifests(eks()).some(({ kind }) => kind === 'Secret')).toBe(false);
  });

  test('live in the namespace that enforces the restricted Pod Security standard', () => {
    const [namespace, ...others] = manifests(eks());
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    for (const object of others.filter(({ kind }) => !kind.startsWith('Validating')))
      expect(object.metadata.namespace).toBe(namespace?.metadata.name);
  });

  test('pass CDK tokens on as they came, wherever CloudFormation decides the value', () => {
    const token = (name: string) => `\${Token[${name}.123]}`;
    const text = JSON.stringify(
      manifests(
        eks({
          image: token('Image'),
          host: token('Host'),
          loadBalancerCidrs: [token('SubnetA'), token('SubnetB')],
          clientCidrs: [token('Clients')],
        }),
      ),
    );
    for (const name of ['Image', 'Host', 'SubnetA', 'SubnetB', 'Clients'])
      expect(text).toContain(token(name));
  });

  test('have texts in quotes that kubectl, which reads YAML 1.1, would take for something else', () => {
    const named = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: { a: 'off', b: 'yes', c: '1' },
    };
    expect(toYaml([named])).toMatch(/a: "off"\n {2}b: "yes"\n {2}c: "1"/);
  });

  test('come out of YAML as they went in, without aliases', () => {
    const objects = manifests(minikube());
    const text = toYaml(objects, ['a comment']);
    expect(text).toMatch(/^# a comment\n---\n/);
    expect(text).not.toMatch(/[&*]a\d/);
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual(objects);
  });
});

describe('the Secrets', () => {
  test('hold one value a line under the key that the pod mounts', () => {
    expect(tokensSecret('berth', ['one', 'two']).stringData).toEqual({ tokens: 'one\ntwo\n' });
    expect(peerSecret('berth', ['one']).stringData).toEqual({ secret: 'one\n' });
  });
});
