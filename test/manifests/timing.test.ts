import { contract } from '../../lib/contract';
import { ingress } from '../../lib/manifests/ingress';
import { podSpec } from '../../lib/manifests/pod';
import { timing } from '../../lib/manifests/timing';
import { eks, minikube } from './profiles-for-test';

describe('the times that follow from the drain time', () => {
  test.each([5, 35, 120, 3600])('leave room for each other when it is %d s', (drain) => {
    const times = timing(drain);
    expect(times.grace).toBeGreaterThan(times.drain + times.farewell + times.shutdown);
    expect(times.shutdown).toBeGreaterThanOrEqual(contract.limits.requestSeconds);
    expect(times.readinessPeriod * times.readinessFailures).toBeLessThan(times.drain);
  });

  test.each([0, 4, 4.5, -1, 3601, Number.NaN])('refuse %d s and say what is allowed', (drain) => {
    expect(() => timing(drain)).toThrow(`drainSeconds is ${drain}; allowed: whole seconds from 5 to 3600`);
  });

  test('reach the pod: sleep before the end, grace and the server setting', () => {
    const pod = podSpec(minikube());
    const container = pod.containers[0];
    expect(container?.lifecycle?.preStop?.sleep?.seconds).toBe(5);
    expect(pod.terminationGracePeriodSeconds).toBe(timing(5).grace);
    const shutdown = container?.env?.find(({ name }) => name === contract.environment.shutdownTimeout);
    expect(shutdown?.value).toBe(`${timing(5).shutdown}s`);
  });

  test('on EKS outlast the deregistration delay, and the server outlasts the load balancer’s idle connections', () => {
    const annotations = ingress(eks()).metadata.annotations;
    const attribute = (annotation: string, name: string) =>
      Number(
        new RegExp(`${name}=(\\d+)`).exec(annotations[`alb.ingress.kubernetes.io/${annotation}`] ?? '')?.[1],
      );
    const deregistration = attribute('target-group-attributes', 'deregistration_delay.timeout_seconds');
    expect(podSpec(eks()).containers[0]?.lifecycle?.preStop?.sleep?.seconds).toBeGreaterThan(deregistration);
    expect(deregistration).toBeGreaterThanOrEqual(contract.limits.requestSeconds);
    expect(contract.limits.idleSeconds).toBeGreaterThan(
      attribute('load-balancer-attributes', 'idle_timeout.timeout_seconds'),
    );
  });
});
