import { parseDockerCall } from '../../lib/rehearsal/docker/command';

const HOST = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';

describe('the stand-in for docker', () => {
  test('builds what the CDK asks for', () => {
    const args = [
      'build',
      '--build-arg',
      'VERSION=1.2.3',
      '--tag',
      'cdkasset-1',
      '--platform',
      'linux/arm64',
      '.',
    ];
    expect(parseDockerCall(args)).toEqual({
      kind: 'build',
      tag: 'cdkasset-1',
      architecture: 'arm64',
      version: '1.2.3',
    });
  });

  test('refuses what it would only do half of', () => {
    const build = ['build', '--tag', 'a'];
    expect(() => parseDockerCall([...build, '--target', 'builder', '.'])).toThrow('--target');
    expect(() => parseDockerCall([...build, '--file', 'Other', '.'])).toThrow("builds the folder '.'");
    expect(() => parseDockerCall([...build, '--platform', 'windows/amd64', '.'])).toThrow(
      'allowed: linux/amd64, linux/arm64',
    );
    expect(() => parseDockerCall(['run', 'a'])).toThrow("knows no 'run'");
  });

  test('pushes to the registry of the account and nowhere else', () => {
    expect(parseDockerCall(['push', `${HOST}/cdk/assets:abc`])).toMatchObject({
      repository: 'cdk/assets',
      tag: 'abc',
    });
    expect(() => parseDockerCall(['push', 'docker.io/library/berth:1'])).toThrow(HOST);
    expect(() => parseDockerCall(['push', `${HOST.replace('1', '2')}/berth:1`])).toThrow(HOST);
  });

  test('takes the directory for credentials that the CDK may put first', () => {
    expect(parseDockerCall(['--config', '/tmp/c', 'tag', 'a', 'b'])).toEqual({
      kind: 'tag',
      from: 'a',
      to: 'b',
    });
  });
});
