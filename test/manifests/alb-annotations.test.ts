import { albAnnotations, type AlbSettings } from '../../lib/manifests/alb-annotations';

const settings: AlbSettings = {
  scheme: 'internet-facing',
  healthCheckPath: '/readyz',
  healthCheckIntervalSeconds: 5,
  healthCheckThreshold: 2,
  deregistrationSeconds: 30,
  idleSeconds: 60,
  clientCidrs: ['203.0.113.0/24', '198.51.100.0/24'],
  accessLogs: { bucket: 'logs', prefix: 'berth' },
};

describe('the annotations of the load balancer', () => {
  test('always say who may connect, as the controller’s default is everyone', () => {
    expect(albAnnotations(settings)['alb.ingress.kubernetes.io/inbound-cidrs']).toBe(
      '203.0.113.0/24,198.51.100.0/24',
    );
    expect(() => albAnnotations({ ...settings, clientCidrs: [] })).toThrow(
      "clientCidrs is empty; allowed: at least one CIDR block, ['0.0.0.0/0'] to admit everyone",
    );
  });

  test('always state the target group’s attributes, as leaving one out keeps its old value', () => {
    expect(albAnnotations(settings)['alb.ingress.kubernetes.io/target-group-attributes']).toBe(
      'deregistration_delay.timeout_seconds=30',
    );
  });

  test.each([
    ['healthCheckPath', 'readyz', "healthCheckPath is 'readyz'; allowed: a path that starts with '/'"],
    [
      'healthCheckIntervalSeconds',
      4,
      'healthCheckIntervalSeconds is 4; allowed: a whole number from 5 to 300',
    ],
    ['healthCheckThreshold', 11, 'healthCheckThreshold is 11; allowed: a whole number from 2 to 10'],
    ['deregistrationSeconds', -1, 'deregistrationSeconds is -1; allowed: a whole number from 0 to 3600'],
    ['idleSeconds', 99999, 'idleSeconds is 99999; allowed: a whole number from 1 to 4000'],
  ])('refuse a bad %s (%p), which the controller would accept', (name, value, message) => {
    expect(() => albAnnotations({ ...settings, [name]: value })).toThrow(message);
  });
});
