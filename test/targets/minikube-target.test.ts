import { minikubeTarget } from '../../lib/targets/minikube-target';
import { silent } from '../../lib/terminal/progress';
import { fakeCommands, type FakeCommands } from './fake-commands';

// minikube itself cannot run everywhere the tests do; this holds the calls to what minikube documents.
describe('the calls to minikube', () => {
  let fake: FakeCommands;
  beforeEach(() => {
    fake = fakeCommands();
    fake.command('kubectl', 'exit 0');
  });
  afterEach(() => {
    fake.restore();
  });

  test('start it when it does not run, and enable its Ingress', async () => {
    fake.command('minikube', 'case "$*" in *status) exit 7;; esac');
    expect(await minikubeTarget().start(silent)).toBe(false);
    expect(fake.calls()).toEqual([
      'minikube --profile minikube status',
      'minikube --profile minikube start',
      'minikube --profile minikube addons enable ingress',
    ]);
  });

  test('leave it as it is when it runs', async () => {
    fake.command('minikube', 'exit 0');
    await minikubeTarget().start(silent);
    expect(fake.calls()).not.toContain('minikube --profile minikube start');
  });

  test('load an image from its archive, which works with every container runtime', async () => {
    fake.command('minikube', 'exit 0');
    await minikubeTarget().loadImage?.('/tmp/image.tar', 'localhost/berth:dev');
    expect(fake.calls()).toEqual(['minikube --profile minikube image load /tmp/image.tar']);
  });

  test('use minikube’s own kubectl where none is installed', async () => {
    fake.command('kubectl', 'exit 127');
    fake.command('minikube', 'echo "$*"');
    expect(await minikubeTarget().kubectl(['get', 'pods'])).toBe('--profile minikube kubectl -- get pods');
  });

  test('fail with what to do when the Ingress cannot be reached', async () => {
    fake.command('minikube', 'echo 127.0.0.254');
    await expect(minikubeTarget().frontDoor()).rejects.toThrow("run 'minikube tunnel' in another terminal");
  });
});
