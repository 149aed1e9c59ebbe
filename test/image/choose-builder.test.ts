import { chooseBuilder, type Probe } from '../../lib/image/choose-builder';

/** A machine on which exactly these commands succeed, each with what it prints. */
const machine =
  (works: Record<string, string>): Probe =>
  (command, args) =>
    Promise.resolve(works[[command, ...args].join(' ')]);

const version = 'docker version --format {{.Client.Version}}';
const buildah = { 'buildah --version': 'buildah version 1.28.2' };

test.each<[string, Record<string, string>, string]>([
  ['docker with buildx', { 'docker info': '', 'docker buildx version': '', ...buildah }, 'docker'],
  [
    'an old docker, which holds BuildKit itself',
    { 'docker info': '', [version]: '20.10.24', ...buildah },
    'docker',
  ],
  ['docker without an engine', { 'docker buildx version': '', [version]: '28.2.2', ...buildah }, 'buildah'],
  ['a new docker without buildx', { 'docker info': '', [version]: '28.2.2', ...buildah }, 'buildah'],
  ['no docker', buildah, 'buildah'],
])('%s', async (_what, works, chosen) => {
  expect((await chooseBuilder(machine(works))).name).toBe(chosen);
});

test('without either the error says what to install', async () => {
  await expect(chooseBuilder(machine({}))).rejects.toThrow('apt-get install buildah');
});
