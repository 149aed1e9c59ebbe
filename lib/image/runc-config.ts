import { contract } from '../contract';
import { UserError } from '../terminal/user-error';
import type { ImageConfig } from './archive-layout';

/**
 * The runtime specification (OCI, config.json) for one server on its own: the image's user, no capability, a root
 * file system it cannot write, and a data directory in memory. It shares the machine's network, so it must be told
 * to listen on loopback only.
 *
 * @param rootfs folder the image is unpacked in
 * @throws UserError the image does not say its user by number, or says root
 */
export function runcConfig(
  config: ImageConfig,
  rootfs: string,
  environment: Readonly<Record<string, string>>,
) {
  const match = /^([1-9]\d*)(?::(\d+))?$/.exec(config.user);
  if (!match) {
    throw new UserError(
      `the image's user is '${config.user}'; allowed: a number other than 0, so that Kubernetes can see it is not root`,
    );
  }
  const user = { uid: Number(match[1]), gid: Number(match[2] ?? 0) };
  const variables = Object.entries({ ...config.environment, ...environment });
  return {
    ociVersion: '1.0.2',
    root: { path: rootfs, readonly: true },
    process: {
      user,
      args: [...config.entrypoint, ...config.command],
      env: variables.map(([name, value]) => `${name}=${value}`),
      cwd: '/',
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      noNewPrivileges: true,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'noexec', 'mode=755', 'size=64k'],
      },
      {
        destination: contract.dataDirectory,
        type: 'tmpfs',
        source: 'tmpfs',
        options: [
          'nosuid',
          'nodev',
          'noexec',
          'mode=0700',
          `uid=${user.uid}`,
          `gid=${user.gid}`,
          'size=256m',
        ],
      },
    ],
    linux: {
      namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })),
      maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/sched_debug'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}
