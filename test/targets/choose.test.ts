import { chooseTarget } from '../../lib/targets/choose';
import { fakeCommands, type FakeCommands } from './fake-commands';

describe('choosing where to put the server', () => {
  let fake: FakeCommands;
  beforeEach(() => {
    fake = fakeCommands();
  });
  afterEach(() => {
    fake.restore();
  });

  test('takes minikube where it is installed', async () => {
    fake.command('minikube', 'exit 0');
    expect((await chooseTarget({ checkout: '/' })).name).toBe('minikube');
  });

  test('takes the local Kubernetes where it is not', async () => {
    fake.command('minikube', 'exit 1');
    expect((await chooseTarget({ checkout: '/' })).name).toBe('local');
  });

  test.each(['local', 'minikube', 'minikube:second', 'context:kind-dev'])(
    'takes %s when told to',
    async (on) => {
      fake.command('minikube', 'exit 1');
      expect((await chooseTarget({ on, checkout: '/' })).name).toBe(on);
    },
  );

  test.each(['', 'docker', 'context:', 'Local'])('refuses %p and says what is allowed', async (on) => {
    await expect(chooseTarget({ on, checkout: '/' })).rejects.toThrow(
      `--on '${on}' is not a target; allowed: local, minikube, minikube:PROFILE, context:NAME`,
    );
  });
});
