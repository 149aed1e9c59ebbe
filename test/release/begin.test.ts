import type { ItemClient } from '../../lib/client/item-client';
import type { PodView } from '../../lib/deploy/pods';
import { Journal } from '../../lib/release/journal';
import { release, type ReleasePlace } from '../../lib/release/release';
import type { SetView } from '../../lib/release/stateful-set';
import type { Cluster } from '../../lib/targets/target';
import { silent } from '../../lib/terminal/progress';

const RUNS = 'berth@sha256:0';
const NEW = 'berth@sha256:1';

/** A set of one pod at rest, and the ConfigMap of releases. */
function cluster(): Cluster {
  const set: SetView = {
    metadata: { generation: 1 },
    spec: { replicas: 1, template: { spec: { containers: [{ image: RUNS }] } }, updateStrategy: {} },
    status: { observedGeneration: 1, updateRevision: 'r1' },
  };
  const pod: PodView = {
    metadata: { name: 'berth-0', uid: 'u-0', labels: { 'controller-revision-hash': 'r1' } },
    spec: { containers: [{ image: RUNS }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
  let version = 0;
  let data: unknown;
  const map = () => JSON.stringify({ metadata: { resourceVersion: String(version) }, data });
  return {
    name: 'test',
    kubectlHint: 'kubectl',
    kubectl: async ([verb = '', kind], options) => {
      await Promise.resolve();
      if (verb === 'get' && kind === 'pods') return JSON.stringify({ items: [pod] });
      if (verb === 'get' && kind === 'statefulset') return JSON.stringify(set);
      if (verb === 'get') return version === 0 ? '' : map();
      if (!['create', 'replace'].includes(verb)) throw new Error(`nothing may ${verb} yet`);
      version += 1;
      ({ data } = JSON.parse(options?.input ?? '') as { data: unknown });
      return map();
    },
  };
}

/** Answers as the server does. */
function service(): ItemClient {
  const items = new Map<string, string>();
  return {
    request: (
      method: string,
      path: string,
      content?: { body?: string; headers?: Record<string, string> },
    ) => {
      if (content?.headers?.['authorization'] !== undefined)
        return Promise.resolve({ status: 401, body: '' });
      const body = items.get(path);
      if (method === 'PUT') items.set(path, content?.body ?? '');
      if (method === 'DELETE') items.delete(path);
      const there = body !== undefined || !path.includes('berth-release-check');
      return Promise.resolve({ status: method === 'PUT' ? 201 : there ? 200 : 404, body: body ?? '' });
    },
  } as unknown as ItemClient;
}

test('an image that cannot be kept is not begun with: nothing is declared, and nothing recorded', async () => {
  const asked: string[] = [];
  const place: ReleasePlace = {
    cluster: cluster(),
    declaration: {
      name: 'the account',
      current: () => Promise.resolve(RUNS),
      declare: () => Promise.reject(new Error('nothing may be declared')),
    },
    credentials: { host: 'test', token: 'token' },
    service: service(),
    keep: (image) => {
      asked.push(image);
      return image === NEW ? Promise.reject(new Error('it cannot be kept')) : Promise.resolve();
    },
  };
  const request = { kind: 'release', image: NEW, by: 'somebody', podSeconds: 60 } as const;
  await expect(release(place, request, silent)).rejects.toThrow('it cannot be kept');
  // What runs may have been released by somebody who kept nothing.
  expect(asked).toEqual([RUNS, NEW]);
  expect(await Journal.read(place.cluster)).toEqual([]);
});
