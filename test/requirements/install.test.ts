import { installMissing } from '../../lib/requirements/install';
import { silent } from '../../lib/terminal/progress';
import { fakeCommands, type FakeCommands } from '../targets/fake-commands';

const runc = { name: 'runc', found: false, why: 'runs containers', debianPackage: 'runc' };
const nft = { name: 'nft', found: false, why: 'routes Services', debianPackage: 'nftables' };

describe('what is missing', () => {
  let fake: FakeCommands;
  const user = jest.spyOn(process, 'getuid' as never) as unknown as jest.SpyInstance<number>;
  beforeEach(() => {
    fake = fakeCommands();
    fake.command('apt-get', 'exit 0');
  });
  afterEach(() => {
    fake.restore();
    user.mockReset();
  });

  test('is installed on Debian as root, and only that', async () => {
    user.mockReturnValue(0);
    await installMissing([runc, { ...nft, found: true }], silent);
    expect(fake.calls().at(-1)).toBe('apt-get install --yes --quiet --no-install-recommends runc');
  });

  test('is named with the command that brings it when it may not be installed', async () => {
    user.mockReturnValue(1000);
    await expect(installMissing([runc, nft], silent)).rejects.toThrow(
      'this machine lacks:\n  runc: runs containers\n  nft: routes Services\n' +
        '  on Debian or Ubuntu: sudo apt-get install runc nftables\n' +
        '  with minikube the local Kubernetes is not needed',
    );
    expect(fake.calls()).toEqual(['']);
  });

  test('ends the command before anything is installed when Debian does not have it', async () => {
    user.mockReturnValue(0);
    const go = { name: 'go', found: false, why: 'Go 1.26 builds the server: https://go.dev/dl/' };
    await expect(installMissing([runc, go], silent)).rejects.toThrow('  go: Go 1.26 builds the server');
    expect(fake.calls()).toEqual(['']);
  });

  test('costs nothing when nothing is', async () => {
    await installMissing([{ ...runc, found: true }], silent);
    expect(fake.calls()).toEqual(['']);
  });
});
