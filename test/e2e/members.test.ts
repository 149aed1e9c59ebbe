import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/process/run';
import { waitFor } from '../../lib/process/wait';
import { namespaceOf, placeOf } from '../../lib/local/place';
import { selectorText } from '../../lib/manifests/labels';
import { manifests } from '../../lib/manifests/manifests';
import { minikubeProfile } from '../../lib/manifests/profiles/minikube';
import { toYaml } from '../../lib/manifests/yaml';
import type { ScaleResult } from '../../lib/commands/scale';
import { stepsNamed, nameOf } from '../../lib/drill/faults/catalog';
import type { DrillResult } from '../../lib/drill/result';
import { schedule } from '../../lib/drill/schedule';
import { berth, client, copy, kubectl, up } from './environment';
import { endedWith } from '../released/berth';
import { startLoad } from '../released/load';

// What several members do on one cluster: each test begins with those that the one before it left.

const scale = async (...args: string[]) => {
  return JSON.parse(endedWith(0, await berth(['scale', ...args, '--json'])).out) as ScaleResult;
};
const replicas = () =>
  kubectl(['get', 'statefulset', 'berth', '--namespace', 'berth', '--output', 'jsonpath={.spec.replicas}']);

test('a drill is refused where no member can be spared, with the command that adds some', async () => {
  const refused = endedWith(2, await berth(['drill', '--fault', 'delete']));
  expect(refused.err).toContain('allowed: 3 or 5; grow it with: bin/berth up --replicas 3');
});

test('1 → 3 → 5 → 3 members under load: nothing lost, nothing failed, and no other way down', async () => {
  const load = startLoad(client(), 'scaled');
  expect(await scale('3')).toMatchObject({ from: 1, joined: ['berth-1', 'berth-2'], left: [] });
  expect(await scale('5')).toMatchObject({ from: 3, joined: ['berth-3', 'berth-4'], left: [] });

  const refused = 'replicas: 3 is fewer than the 5 there are';
  const smaller = manifests(minikubeProfile({ image: up.image, host: up.host, replicas: 3 }));
  await expect(kubectl(['apply', '--filename', '-'], toYaml(smaller))).rejects.toThrow(refused);
  await expect(
    kubectl(['scale', 'statefulset', 'berth', '--namespace', 'berth', '--replicas=3']),
  ).rejects.toThrow(
    `${refused}, and pods that go would still be members of the store; lower it with: bin/berth scale 3`,
  );
  expect(await replicas()).toBe('5');

  expect(await scale('3')).toMatchObject({
    left: ['berth-4', 'berth-3'],
    volumes: { kept: ['data-berth-3', 'data-berth-4'], deleted: [] },
  });
  const result = await load.stop();
  expect(result).toMatchObject({ failed: [], lost: [] });
  expect(result.requests).toBeGreaterThan(1000);
});

test('kubectl may scale to none and back: every member stops, and comes back with what it held', async () => {
  const namespace = ['--namespace', 'berth'];
  const items = client();
  await items.put('rested', { kept: true });
  await kubectl(['scale', 'statefulset', 'berth', ...namespace, '--replicas=0']);
  await kubectl(['wait', 'pod', ...namespace, '--selector', selectorText, '--for=delete']);
  await kubectl(['scale', 'statefulset', 'berth', ...namespace, '--replicas=3']);
  await kubectl(['rollout', 'status', 'statefulset/berth', ...namespace, '--timeout=120s']);
  // Every pod of the Ingress controller hears of the members by itself, a moment later.
  const heard = { seconds: 30 };
  const answer = await waitFor('an answer', async () => ({ found: await items.get('rested') }), heard);
  expect(answer.found).toEqual({ kept: true });
  await waitFor('a delete', () => items.delete('rested').then(() => true), heard);
  await items.close();
});

test('three members under faults lose nothing, answer nothing stale, and come back by themselves', async () => {
  const [seed, faults] = [1544, ['delete', 'kill', 'fail-fsync', 'cut-off']];
  // Other checks run beside this one, and processors are few.
  const options = ['--minutes', '1', '--seed', String(seed), '--undisturbed', '5', '--rate', '150', '--json'];
  const { code, out, err } = await berth(['drill', ...options, '--fault', ...faults]);
  const result = JSON.parse(out || err) as DrillResult;
  const steps = schedule(seed, [...new Set(stepsNamed(faults).map(({ fault }) => fault))]);
  expect(result.faults.length).toBeGreaterThan(2);
  expect(result.faults.map(({ name }) => name)).toEqual(result.faults.map(() => nameOf(steps.next().value)));
  expect(result).toMatchObject({ lost: [], anomalies: [], undecided: [], lookedUp: true, members: 3 });
  const notExcused = result.faults
    .filter(({ inexcusable, unrecovered }) => inexcusable > 0 || unrecovered !== undefined)
    .map(
      ({ name, inexcusable, example, unrecovered }) =>
        `${name}: ${unrecovered ?? `${inexcusable} like ${example}`}`,
    );
  expect(notExcused).toEqual([]);
  expect(code).toBe(0);
  // Otherwise nothing was tested.
  expect(result.acknowledged).toBeGreaterThan(100);
  for (const { requests } of result.faults) expect(requests).toBeGreaterThan(0);
  const page = readFileSync(result.report, 'utf8');
  expect(page).toContain('<svg');
  expect(page).not.toMatch(/(src|href)="http/);
});

/** Of each node, whether its link is up. */
const links = async () => {
  const shown = await run('ip', ['-n', namespaceOf(placeOf(copy), 'switch'), '-oneline', 'link']);
  return [...shown.matchAll(/ (node-\d)@.* state (\w+)/g)].map(([, name, state]) => `${name} ${state}`);
};

test('a drill keeps other commands from its pods, and Ctrl-C in the middle of a fault puts right what it broke', async () => {
  const whole = await links();
  expect(whole).toEqual(['node-1 UP', 'node-2 UP', 'node-3 UP']);
  const drill = spawn(
    join(copy, 'bin', 'berth'),
    ['drill', '--undisturbed', '1', '--rate', '100', '--fault', 'cut-off:follower'],
    {
      detached: true,
      stdio: 'ignore',
    },
  );
  const ended = new Promise((resolve) => drill.on('close', resolve));
  await waitFor(
    'a node that is cut off',
    async () => ((await links()).some((link) => link.endsWith(' DOWN')) ? true : undefined),
    { seconds: 60 },
  );
  // No more than two: the node is cut off for some twenty seconds, and other checks run beside this one.
  const others = [
    ['drill', '--fault', 'delete'],
    ['scale', '5'],
  ];
  for (const refused of await Promise.all(others.map((other) => berth(other)))) {
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/another command \(process \d+\) is changing the pods of this installation/);
  }
  expect((await links()).some((link) => link.endsWith(' DOWN'))).toBe(true);
  process.kill(-(drill.pid ?? 0), 'SIGINT');
  expect(await ended).toBe(130);
  expect(await links()).toEqual(whole);
  const items = client();
  expect(await items.list('drill-')).toEqual([]);
  await items.close();
});

test('3 → 1 members under load: nothing lost, nothing failed', async () => {
  const load = startLoad(client(), 'scaled');
  expect(await scale('1', '--delete-volumes')).toMatchObject({
    left: ['berth-2', 'berth-1'],
    volumes: { kept: [], deleted: ['data-berth-1', 'data-berth-2'] },
  });
  expect(await load.stop()).toMatchObject({ failed: [], lost: [] });
});
