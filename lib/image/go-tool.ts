import { join } from 'node:path';
import { run, type RunOptions } from '../process/run';

/** The modules that pin the programs called here, one each since they share little: `tools/<name>/go.mod`. */
const MODULES = { crane: 'registry', govulncheck: 'vulnerabilities', syft: 'sbom' } as const;

/**
 * Runs a program that is built from its pinned Go module, the first time; Go keeps what it has built.
 * @param args paths among them must be absolute, as the program runs in its module's folder
 */
export function goTool(
  name: keyof typeof MODULES,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const cwd = join(__dirname, 'tools', MODULES[name]);
  // Settings of a person's shell that choose another processor would build a program that does not run here.
  const env = { GOFLAGS: undefined, GOWORK: 'off', GOOS: undefined, GOARCH: undefined, CGO_ENABLED: '0' };
  return run('go', ['tool', name, ...args], { ...options, cwd, env: { ...env, ...options.env } });
}
