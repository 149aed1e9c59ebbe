import { waitFor } from '../../lib/process/wait';
import { run } from '../../lib/process/run';
import { watch, type Watch } from '../../lib/deploy/watch';
import type { Cluster } from '../../lib/targets/target';
import { fakeCommands, type FakeCommands } from '../targets/fake-commands';

interface Thing {
  readonly metadata: { readonly name: string; readonly uid: string };
}

const thing = (name: string, uid: string): Thing => ({ metadata: { name, uid } });
const event = (type: string, name: string, uid: string) => JSON.stringify({ type, object: thing(name, uid) });

describe('a watch', () => {
  let fake: FakeCommands;
  beforeEach(() => {
    fake = fakeCommands();
  });
  const begun: Watch<Thing>[] = [];
  const watchThings = async () => {
    const things = await watch<Thing>(cluster, ['things']);
    begun.push(things);
    return things;
  };
  afterEach(async () => {
    // Also where a test fails: jest would wait for kubectl.
    await Promise.all(begun.splice(0).map((things) => things.end()));
    fake.restore();
  });

  const cluster: Cluster = {
    name: 'fake',
    kubectl: (args, options) => run('kubectl', args, options),
    kubectlHint: 'kubectl',
  };
  /** What kubectl lists, and what it then says while it watches, before it does `after`. */
  const kubectl = (listed: readonly Thing[], said: readonly string[], after: string) => {
    const items = JSON.stringify({ items: listed });
    const lines = said.map((line) => `echo '${line}'`).join('\n');
    fake.command('kubectl', `case "$*" in *--watch*)\n${lines}\n${after};; *) echo '${items}';; esac`);
  };
  /** Before that it would do what it is told next. */
  const untilItWatches = () =>
    waitFor(
      'a kubectl that watches',
      () => fake.calls().some((call) => call.includes('--watch')) || undefined,
      {
        seconds: 20,
        every: 20,
      },
    );
  const uids = (things: readonly Thing[]) => things.map(({ metadata }) => metadata.uid).join(' ');
  const until = (wanted: string, now: () => readonly Thing[]) =>
    waitFor(`things ${wanted}`, () => uids(now()) === wanted || undefined, { seconds: 20, every: 20 });

  test('knows what is there at first, and then what was made, changed and deleted', async () => {
    const events = [
      event('ADDED', 'a', '1'),
      event('MODIFIED', 'b', '4'),
      event('DELETED', 'a', '1'),
      event('ADDED', 'c', '3'),
      'Warning: what kubectl says itself',
    ];
    kubectl([thing('a', '1'), thing('b', '2')], events, 'exec sleep 60');
    const things = await watchThings();
    await until('4 3', () => things.now());
    await things.end();
    expect(fake.calls()).toEqual([
      'kubectl get things --output=json',
      'kubectl get things --watch --output-watch-events --output=json',
    ]);
  });

  test('that the API server ends is begun again, with what is there by then', async () => {
    kubectl([thing('a', '1')], [], 'exit 1');
    const things = await watchThings();
    expect(uids(things.now())).toBe('1');
    await untilItWatches();
    kubectl([thing('b', '2')], [], 'exec sleep 60');
    await until('2', () => things.now());
    await things.end();
  });

  test('of which a line is torn is begun again as well', async () => {
    kubectl([thing('a', '1')], ['{"type":"ADDED","obj'], 'exec sleep 60');
    const things = await watchThings();
    await untilItWatches();
    kubectl([thing('b', '2')], [], 'exec sleep 60');
    await until('2', () => things.now());
    await things.end();
  });

  test('of what cannot be read says so at once', async () => {
    fake.command('kubectl', 'echo "error: the server has no things" >&2; exit 1');
    await expect(watch(cluster, ['things'])).rejects.toThrow('the server has no things');
  });
});
