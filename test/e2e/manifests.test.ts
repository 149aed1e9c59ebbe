import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifests } from '../../lib/manifests/manifests';
import { namespace } from '../../lib/manifests/namespace';
import type { Profile } from '../../lib/manifests/profile';
import { toYaml } from '../../lib/manifests/yaml';
import { eks, minikube } from '../manifests/profiles-for-test';
import { pythonTools } from '../tools/python-tools';
import { kubectl } from './environment';

const tools = join(__dirname, '..', 'tools');
// A namespace of their own: in the one of the running set, another platform's would be changes to it.
const apart = (profile: Profile): Profile => ({ ...profile, namespace: 'dry-run' });
const platforms = [
  ['minikube', manifests(apart(minikube()))],
  ['EKS', manifests(apart(eks()))],
] as const;

beforeAll(() => kubectl(['apply', '--filename', '-'], toYaml([namespace(apart(eks()))])));
afterAll(() => kubectl(['delete', 'namespace', 'dry-run']));

describe.each(platforms)('the manifests of %s', (_name, objects) => {
  test('are taken by the API server, which refuses unknown fields and pods below the restricted standard', async () => {
    const output = await kubectl(
      ['apply', '--dry-run=server', '--validate=strict', '--filename', '-'],
      toYaml(objects),
    );
    expect(output.split('\n')).toHaveLength(objects.length);
    expect(output).not.toContain('Warning');
  });

  test('fit the schemas that Kubernetes publishes', () => {
    const result = schemaCheck(toYaml(objects));
    expect(result.stderr + result.stdout).not.toMatch(/error|invalid/i);
    expect(result.status).toBe(0);
  });

  test('are what kube-score recommends, but for what is set otherwise on purpose', () => {
    const result = kubeScore(toYaml(objects));
    expect(result.stdout).not.toMatch(/CRITICAL|WARNING/);
    expect(result.status).toBe(0);
  });
});

describe('the checks themselves', () => {
  const broken = (change: (text: string) => string) => {
    const text = toYaml(manifests(minikube()));
    expect(change(text)).not.toBe(text);
    return change(text);
  };

  test('refuse a field that Kubernetes does not know', async () => {
    const text = broken((yaml) => yaml.replace('podManagementPolicy:', 'podManagmentPolicy:'));
    await expect(
      kubectl(['apply', '--dry-run=server', '--validate=strict', '--filename', '-'], text),
    ).rejects.toThrow('podManagmentPolicy');
    expect(schemaCheck(text).status).not.toBe(0);
  });

  test('refuse a pod that may gain privileges', async () => {
    const pod = minikubePod().replace('allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true');
    await expect(kubectl(['create', '--dry-run=server', '--filename', '-'], pod)).rejects.toThrow(
      'violates PodSecurity "restricted',
    );
  });

  test('find a container without a read-only root', () => {
    const text = broken((yaml) =>
      yaml.replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
    );
    expect(kubeScore(text).stdout).toContain('CRITICAL');
  });
});

/** The pod of the set as an object of its own. */
function minikubePod(): string {
  const set = manifests(minikube()).find(({ kind }) => kind === 'StatefulSet') as unknown as {
    spec: { template: { spec: object } };
  };
  const { spec } = set.spec.template;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace: 'berth' },
    spec: {
      ...spec,
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'tokens', emptyDir: {} },
        { name: 'peers', emptyDir: {} },
      ],
    },
  };
  return toYaml([pod]);
}

/**
 * https://github.com/zegl/kube-score, without three of its tests: a processor limit throttles the member that must
 * answer in time; images come by digest or are loaded into the nodes; hosts are spread over by topology constraints,
 * which it does not count.
 */
function kubeScore(yaml: string) {
  const ignored = ['--ignore-test', 'container-image-pull-policy,statefulset-has-host-podantiaffinity'];
  const args = [
    'tool',
    'kube-score',
    'score',
    '--output-format',
    'ci',
    '--ignore-container-cpu-limit',
    ...ignored,
    '-',
  ];
  return spawnSync('go', args, { cwd: tools, input: yaml, encoding: 'utf8' });
}

/** https://pypi.org/project/kubernetes-validate: the published schemas come with the package. */
function schemaCheck(yaml: string) {
  const directory = mkdtempSync(join(tmpdir(), 'berth-schema-'));
  const file = join(directory, 'manifests.yaml');
  writeFileSync(file, yaml);
  const result = spawnSync(
    'python3',
    ['-m', 'kubernetes_validate', '--strict', '--kubernetes-version', '1.36', file],
    {
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: pythonTools() },
    },
  );
  rmSync(directory, { recursive: true });
  return result;
}
