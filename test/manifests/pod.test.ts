import { contract } from '../../lib/contract';
import { goMemoryLimit } from '../../lib/manifests/go-memory-limit';
import { GO_MEMORY_LIMIT, podSpec } from '../../lib/manifests/pod';
import { eks, minikube } from './profiles-for-test';

const only = <T>(list: readonly T[] | undefined): T => {
  expect(list).toHaveLength(1);
  return (list as readonly T[])[0] as T;
};

describe.each([
  ['minikube', minikube()],
  ['EKS', eks()],
])('the pod on %s', (_name, profile) => {
  const pod = podSpec(profile);
  const container = only(pod.containers);

  test('can write to its volume and nowhere else', () => {
    expect(container.securityContext?.readOnlyRootFilesystem).toBe(true);
    const writable = container.volumeMounts?.filter((mount) => !mount.readOnly);
    expect(writable).toEqual([{ name: 'data', mountPath: contract.dataDirectory }]);
  });

  test('runs as the numeric user of the image, without capabilities or privileges', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: contract.image.user });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.securityContext?.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  });

  test('carries no token of the Kubernetes API', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  test('gets no service links, whose variables the server would refuse as unknown settings', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  test("sets only variables that the contract names, and Go's limit of memory", () => {
    const known: string[] = [...Object.values(contract.environment), GO_MEMORY_LIMIT];
    for (const { name } of container.env ?? []) expect(known).toContain(name);
  });

  test('asks DNS again after a second, as the first server may be on a node that was just lost', () => {
    expect(pod.dnsPolicy).toBeUndefined();
    expect(pod.dnsConfig).toEqual({
      options: [
        { name: 'timeout', value: '1' },
        { name: 'attempts', value: '4' },
      ],
    });
  });

  test('starts without its Secrets, and has their files where the server looks for them', () => {
    for (const { secret } of pod.volumes ?? []) expect(secret?.optional).toBe(true);
    const env = new Map(container.env?.map(({ name, value }) => [name, value]));
    expect(env.get(contract.environment.tokensFile)).toBe('/etc/berth/tokens/tokens');
    expect(env.get(contract.environment.peerSecretFile)).toBe('/etc/berth/peers/secret');
  });

  test('is judged alive by its process alone and ready by its store', () => {
    expect(container.livenessProbe?.httpGet?.path).toBe(contract.paths.live);
    expect(container.startupProbe?.httpGet?.path).toBe(contract.paths.live);
    expect(container.readinessProbe?.httpGet?.path).toBe(contract.paths.ready);
  });

  test('asks for memory and processor, and has no processor limit to be throttled by', () => {
    expect(Object.keys(container.resources?.requests ?? {})).toEqual(
      expect.arrayContaining(['cpu', 'memory']),
    );
    expect(container.resources?.limits).not.toHaveProperty('cpu');
  });

  test('has Go collect garbage before the container is killed for it', () => {
    const limit = container.env?.find(({ name }) => name === GO_MEMORY_LIMIT)?.value;
    expect(limit).toBe(goMemoryLimit(container.resources?.limits?.['memory'] as string));
  });
});

test('on EKS pods never share a zone while another has none; on minikube that is a wish', () => {
  const zoneRule = (profile: ReturnType<typeof eks>) =>
    podSpec(profile).topologySpreadConstraints?.find(
      (rule) => rule.topologyKey === 'topology.kubernetes.io/zone',
    );
  expect(zoneRule(eks())?.whenUnsatisfiable).toBe('DoNotSchedule');
  expect(zoneRule(minikube())?.whenUnsatisfiable).toBe('ScheduleAnyway');
});
