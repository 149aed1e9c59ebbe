import { contract } from '../../lib/contract';
import { manifests } from '../../lib/manifests/manifests';
import { peerService } from '../../lib/manifests/services';
import { statefulSet } from '../../lib/manifests/stateful-set';
import { eks, minikube } from './profiles-for-test';

describe('the StatefulSet', () => {
  test('starts all members at once, as ordered starts never recover from an outage of all', () => {
    expect(statefulSet(minikube()).spec.podManagementPolicy).toBe('Parallel');
  });

  test('is governed by the headless Service that publishes members before they are ready', () => {
    const service = peerService(minikube());
    expect(statefulSet(minikube()).spec.serviceName).toBe(service.metadata.name);
    expect(service.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(service.spec.ports.map(({ port }) => port)).toEqual([2380, 2381]);
  });

  test('keeps every volume when it is scaled down or deleted', () => {
    expect(statefulSet(eks()).spec.persistentVolumeClaimRetentionPolicy).toEqual({
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
  });

  test('claims one volume a pod, of the class and size of its platform', () => {
    const classes = [minikube(), eks()].map((profile) => {
      const [claim, ...others] = statefulSet(profile).spec.volumeClaimTemplates;
      expect(others).toEqual([]);
      expect(claim?.spec.accessModes).toEqual(['ReadWriteOnce']);
      return [claim?.spec.storageClassName, claim?.spec.resources.requests.storage];
    });
    expect(classes).toEqual([
      ['standard', '4Gi'],
      ['gp3', '8Gi'],
    ]);
  });

  test('claims room for a full store, its log and snapshots', () => {
    for (const profile of [minikube(), eks()]) {
      const gibibytes = Number(/^(\d+)Gi$/.exec(profile.storage.size)?.[1]);
      expect(gibibytes * 2 ** 30).toBeGreaterThanOrEqual(1.75 * contract.limits.storeBytes);
    }
  });

  test('keeps what Kubernetes never lets change: a different value here breaks every installation', () => {
    const { serviceName, selector, podManagementPolicy, volumeClaimTemplates } = statefulSet(minikube()).spec;
    expect({
      serviceName,
      selector,
      podManagementPolicy,
      volumes: volumeClaimTemplates.map((v) => v.metadata),
    }).toEqual({
      serviceName: 'berth-peers',
      selector: {
        matchLabels: { 'app.kubernetes.io/name': 'berth', 'app.kubernetes.io/component': 'server' },
      },
      podManagementPolicy: 'Parallel',
      volumes: [
        {
          name: 'data',
          labels: { 'app.kubernetes.io/name': 'berth', 'app.kubernetes.io/component': 'server' },
        },
      ],
    });
  });

  test('tells the server as many replicas as it makes', () => {
    for (const replicas of [1, 3, 5]) {
      const objects = manifests(eks({ replicas }));
      const set = objects.find(({ kind }) => kind === 'StatefulSet') as ReturnType<typeof statefulSet>;
      const env = set.spec.template.spec.containers[0]?.env ?? [];
      const from = env.find(({ name }) => name === contract.environment.replicas)?.valueFrom?.configMapKeyRef;
      const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === from?.name);
      expect(set.spec.replicas).toBe(replicas);
      expect((map as { data?: Record<string, string> }).data?.[from?.key ?? '']).toBe(String(replicas));
    }
  });

  test('has the same pods whatever their number, so that a change of it rolls none', () => {
    const template = (replicas: number) => statefulSet(eks({ replicas })).spec.template;
    expect(template(1)).toEqual(template(5));
  });

  test('names the command that changes the number of replicas for whoever owns it', () => {
    const command = (profile: ReturnType<typeof eks>) =>
      statefulSet(profile).metadata.annotations['berth.example.com/replicas-command'];
    expect(command(eks())).toBe('npx cdk deploy --all --context replicas=N');
    expect(command(minikube())).toBe(
      'bin/berth export --image localhost/berth:dev --host berth.localhost --replicas N | kubectl apply --filename -',
    );
  });

  test('is selected by every Service, policy and budget', () => {
    const podLabels = statefulSet(eks()).spec.template.metadata.labels;
    const selectors = manifests(eks()).flatMap((object) => {
      const spec = (object as { spec?: Record<string, unknown> }).spec ?? {};
      if (object.kind === 'Service') return [spec['selector']];
      const by = (spec['selector'] ?? spec['podSelector']) as { matchLabels: unknown } | undefined;
      return by ? [by.matchLabels] : [];
    });
    expect(selectors).toHaveLength(5);
    for (const selector of selectors) expect(podLabels).toMatchObject(selector as object);
  });
});
