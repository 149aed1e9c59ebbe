import { shrink } from '../../lib/scale/shrink';
import type { Owner } from '../../lib/scale/owner';
import type { Target } from '../../lib/targets/target';
import { silent } from '../../lib/terminal/progress';

interface Store {
  members: { name: string; voter?: boolean; retired?: boolean }[];
  ready: string[];
  /** Whether whoever has the setting cannot apply it. */
  applyFails?: boolean;
}

/** A cluster of three whose pods and members are as told, and a record of what was done to it, in order. */
function cluster(store: Store) {
  const done: string[] = [];
  let replicas = 3;
  const pod = (name: string) => ({
    metadata: { name, uid: name },
    spec: { containers: [] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: store.ready.includes(name) ? 'True' : 'False' }],
    },
  });
  const kubectl = (args: string[]) => {
    const [verb, what] = args;
    if (verb === 'get' && what === 'pods') {
      const items = ['berth-0', 'berth-1', 'berth-2'].slice(0, replicas).map(pod);
      return Promise.resolve(JSON.stringify({ items }));
    }
    if (verb === 'get') {
      const status = { observedGeneration: 1, updatedReplicas: replicas, availableReplicas: replicas };
      const set = { metadata: { name: 'berth', generation: 1 }, spec: { replicas }, status };
      return Promise.resolve(JSON.stringify(what === 'statefulsets' ? { items: [set] } : set));
    }
    const last = args.at(-1) ?? '';
    if (last === '--members')
      return Promise.resolve(
        JSON.stringify({
          members: store.members.map((one) => ({ voter: true, ready: true, retired: false, ...one })),
        }),
      );
    done.push(last.replace(/ \d{4}-.*/, ''));
    const name = last.split('=')[1] ?? '';
    if (last.startsWith('--retire')) store.ready = store.ready.filter((one) => one !== name);
    if (last.startsWith('--dismiss')) store.members = store.members.filter((one) => one.name !== name);
    return Promise.resolve('');
  };
  const owner: Owner = {
    change: (to) => {
      if (store.applyFails) return Promise.reject(new Error('apply failed'));
      done.push(`replicas ${to}`);
      replicas = to;
      return Promise.resolve();
    },
  };
  const target = { kubectl, kubectlHint: 'kubectl', name: 'local' } as unknown as Target;
  const set = { replicas: 3, replicasCommand: undefined, drainSeconds: 0 };
  return { done, run: () => shrink(target, set, 1, owner, silent) };
}

const all = ['berth-0', 'berth-1', 'berth-2'];
const members = (...names: string[]) => names.map((name) => ({ name }));

describe('fewer members', () => {
  test('leave one at a time, the highest first, before the number is lowered', async () => {
    const { done, run } = cluster({ members: members(...all), ready: all });
    expect(await run()).toEqual(['berth-2', 'berth-1']);
    expect(done).toEqual([
      '--retire=berth-2',
      '--dismiss=berth-2',
      '--retire=berth-1',
      '--dismiss=berth-1',
      // Again, as keeping them away lasts five minutes from the last time it was said.
      '--dismiss=berth-2',
      '--dismiss=berth-1',
      'berth.example.com/members-left=3 1',
      'replicas 1',
      'berth.example.com/members-left-',
      '--readmit=berth-2',
      '--readmit=berth-1',
    ]);
  });

  test('go on where an interrupted call stopped: one had left, one had been told to retire', async () => {
    const store = { members: [{ name: 'berth-0' }, { name: 'berth-1', retired: true }], ready: ['berth-0'] };
    const { done, run } = cluster(store);
    expect(await run()).toEqual(['berth-2', 'berth-1']);
    expect(done.slice(0, 2)).toEqual(['--retire=berth-1', '--dismiss=berth-1']);
  });

  test('are refused while a member is not ready, with its name and reason, and nothing is changed', async () => {
    const { done, run } = cluster({ members: members(...all), ready: ['berth-0', 'berth-2'] });
    await expect(run()).rejects.toThrow('not every member is ready: berth-1 (not ready)');
    expect(done).toEqual([]);
  });

  test('are refused while a member is catching up', async () => {
    const learner = [...members('berth-0', 'berth-1'), { name: 'berth-2', voter: false }];
    const { done, run } = cluster({ members: learner, ready: all });
    await expect(run()).rejects.toThrow('berth-2 (is still catching up)');
    expect(done).toEqual([]);
  });

  test('are refused when no member that stays can be asked', async () => {
    const { run } = cluster({ members: members(...all), ready: ['berth-1', 'berth-2'] });
    await expect(run()).rejects.toThrow('none of berth-0 is ready');
  });

  test('keep no permission behind when applying fails', async () => {
    const { done, run } = cluster({ members: members(...all), ready: all, applyFails: true });
    await expect(run()).rejects.toThrow('apply failed');
    expect(done.at(-1)).toBe('berth.example.com/members-left-');
  });
});
