import { contract } from '../../lib/contract';
import { ingress } from '../../lib/manifests/ingress';
import { eks, minikube } from './profiles-for-test';

describe.each([
  ['minikube', minikube()],
  ['EKS', eks()],
])('the Ingress on %s', (_name, profile) => {
  const [rule, ...others] = ingress(profile).spec.rules;

  test('lets clients ask for items, for how to ask, and whether somebody answers', () => {
    expect(others).toEqual([]);
    expect(rule?.http.paths.map(({ path, pathType }) => [path, pathType])).toEqual([
      ['/v1/items', 'Prefix'],
      ['/openapi.json', 'Exact'],
      ['/readyz', 'Exact'],
    ]);
  });

  test('sends all of it to the Service of the members that are ready', () => {
    for (const { backend } of rule?.http.paths ?? [])
      expect(backend.service).toEqual({ name: contract.services.client, port: { name: 'http' } });
  });
});
