import { contract } from '../../lib/contract';
import { ingress } from '../../lib/manifests/ingress';
import { podSpec } from '../../lib/manifests/pod';
import { timing } from '../../lib/manifests/timing';
import { eks, minikube } from './profiles-for-test';

describe('the times that follow from the drain time', () => {
  test.each([5, 35, 120, 3600])('leave room for each other when it is %d s', (drain) => {
    const times = timing({ drainSeconds: drain, detectionSeconds: 12 });
    // Ten times as long while requests still come.
    expect(times.grace).toBeGreaterThan(times.drain + 10 * times.farewell + times.shutdown);
    expect(times.shutdown).toBeGreaterThanOrEqual(contract.limits.requestSeconds);
    expect(times.readinessPeriod * times.readinessFailures).toBeLessThan(times.drain);
  });

  test.each([0, 4, 4.5, -1, 3601, Number.NaN])('refuse %d s and say what is allowed', (drain) => {
    expect(() => timing({ drainSeconds: drain, detectionSeconds: 12 })).toThrow(
      `drainSeconds is ${drain}; allowed: whole seconds from 5 to 3600`,
    );
  });

  test('reach the pod: sleep before the end, grace and the server setting', () => {
    const pod = podSpec(minikube());
    const container = pod.containers[0];
    expect(container?.lifecycle?.preStop?.sleep?.seconds).toBe(5);
    expect(pod.terminationGracePeriodSeconds).toBe(timing(minikube()).grace);
    const shutdown = container?.env?.find(({ name }) => name === contract.environment.shutdownTimeout);
    expect(shutdown?.value).toBe(`${timing(minikube()).shutdown}s`);
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

describe('the times that follow from the detection time', () => {
  test.each([12, 14, 20, 60])(
    'of %d s: a member that hangs or is cut off is unready by then',
    (detectionSeconds) => {
      const times = timing({ drainSeconds: 5, detectionSeconds });
      const probe = podSpec({ ...minikube(), detectionSeconds }).containers[0]?.readinessProbe;
      const { periodSeconds = 0, failureThreshold = 0, timeoutSeconds = 0 } = probe ?? {};
      const hangs = periodSeconds + failureThreshold * Math.max(periodSeconds, timeoutSeconds);
      expect(hangs + times.unreadyAfter).toBeLessThanOrEqual(detectionSeconds);
      // Elections, which take two seconds, make nobody unready.
      expect(times.unreadyAfter).toBeGreaterThanOrEqual(5);
    },
  );

  test.each([0, 11, 12.5, 3601])('refuse %d s and say what is allowed', (detectionSeconds) => {
    expect(() => timing({ drainSeconds: 5, detectionSeconds })).toThrow(
      `detectionSeconds is ${detectionSeconds}; allowed: whole seconds from 12 to 3600`,
    );
  });

  test('reach the server, and the load balancer of each platform', () => {
    const variable = podSpec(eks()).containers[0]?.env?.find(
      ({ name }) => name === contract.environment.unreadyAfter,
    );
    expect(variable?.value).toBe(`${timing(eks()).unreadyAfter}s`);
    const alb: Record<string, string> = ingress(eks()).metadata.annotations;
    const of = (name: string) => Number(alb[`alb.ingress.kubernetes.io/${name}`]);
    const interval = of('healthcheck-interval-seconds');
    const found = interval * (of('unhealthy-threshold-count') + 1) + of('healthcheck-timeout-seconds');
    expect(found).toBeLessThanOrEqual(eks().detectionSeconds);
    const nginx: Record<string, string> = ingress(minikube()).metadata.annotations;
    expect(Number(nginx['nginx.ingress.kubernetes.io/proxy-connect-timeout'])).toBeLessThan(
      minikube().detectionSeconds,
    );
  });

  test('on minikube no write is sent to a second member, as the first may still make it', () => {
    const nginx: Record<string, string> = ingress(minikube()).metadata.annotations;
    expect(nginx['nginx.ingress.kubernetes.io/proxy-next-upstream']).toBe('off');
  });
});
