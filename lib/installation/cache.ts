import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of what is only kept to be quick: deleting it costs time and nothing else.
 * `${XDG_CACHE_HOME:-~/.cache}/berth/...`
 */
export function cacheDirectory(...below: readonly string[]): string {
  // Empty counts as unset, by the XDG Base Directory Specification.
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'berth', ...below);
}
