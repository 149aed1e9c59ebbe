import { networkPolicy } from '../../lib/manifests/network-policy';
import { selector } from '../../lib/manifests/labels';
import { eks, minikube } from './profiles-for-test';

const rule = (profile: ReturnType<typeof eks>, port: number) => {
  const rules = networkPolicy(profile).spec.ingress.filter(({ ports }) =>
    ports.some((one) => one.port === port),
  );
  expect(rules).toHaveLength(1);
  return rules[0]?.from;
};

describe('the NetworkPolicy', () => {
  test('on EKS admits the subnets of the load balancer to HTTP, as its targets are reached from there and not from pods', () => {
    expect(rule(eks({ loadBalancerCidrs: ['10.1.0.0/24', '10.1.1.0/24'] }), 8080)).toEqual([
      { ipBlock: { cidr: '10.1.0.0/24' } },
      { ipBlock: { cidr: '10.1.1.0/24' } },
    ]);
  });

  test('on minikube admits the namespace of the Ingress controller to HTTP', () => {
    expect(rule(minikube(), 8080)).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } },
    ]);
  });

  test.each([2380, 2381])('admits only pods of the set to their port %d', (port) => {
    expect(rule(eks(), port)).toEqual([{ podSelector: { matchLabels: selector } }]);
  });

  test('lets pods call nothing but each other and DNS', () => {
    const { egress } = networkPolicy(eks()).spec;
    expect(egress.flatMap(({ ports }) => ports.map(({ port, protocol }) => `${port}/${protocol}`))).toEqual([
      '2380/TCP',
      '2381/TCP',
      '53/UDP',
      '53/TCP',
    ]);
  });
});
