import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, run } from '../process/run';
import { UserError } from '../terminal/user-error';

/** Settings of a person's shell that would change what is built, or where modules come from. */
export const GO_ENVIRONMENT = {
  CGO_ENABLED: '0',
  GOFLAGS: undefined,
  GOWORK: 'off',
  GOOS: undefined,
  GOARCH: undefined,
};

/**
 * Go's version and the processor it builds for in `module`, such as `go1.26.8 linux/amd64`.
 * @throws UserError there is no Go, or one that cannot build the module.
 */
export async function goVersion(module: string): Promise<string> {
  const needed = /^go (\S+)$/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? '1.26';
  try {
    const [version, os, arch] = (
      await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: module, env: GO_ENVIRONMENT })
    ).split('\n');
    return `${version} ${os}/${arch}`;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const found =
      error.status === 'not started' ? 'there is no `go` command in the PATH' : error.output.trim();
    throw new UserError(
      `the parts of the local Kubernetes are built with Go ${needed} or newer, but ${found}; install it from https://go.dev/dl/`,
      { cause: error },
    );
  }
}
