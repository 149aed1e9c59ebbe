/**
 * Which paths a `.dockerignore` admits, read as the builders read it: a pattern covers a path and everything below
 * it, `!` takes back, and the last pattern that covers a path decides.
 *
 * Knows `*`, `?` and `**`; character classes are not used here and are refused.
 */
export class IgnoreFile {
  private readonly rules: readonly { admits: boolean; prefix: string; covers: RegExp }[];

  constructor(text: string) {
    this.rules = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const admits = line.startsWith('!');
        const pattern = (admits ? line.slice(1) : line).replace(/^\/|\/$/g, '');
        return { admits, prefix: `${pattern}/`, covers: toRegExp(pattern) };
      });
  }

  /** @param path relative to the checkout, with `/` between its parts */
  admits(path: string): boolean {
    return this.rules.findLast((rule) => rule.covers.test(path))?.admits ?? true;
  }

  /** Whether a folder that is not admitted itself may hold something that is. */
  mayAdmitBelow(folder: string): boolean {
    return (
      this.admits(folder) || this.rules.some((rule) => rule.admits && rule.prefix.startsWith(`${folder}/`))
    );
  }
}

function toRegExp(pattern: string): RegExp {
  if (/[[\]\\]/.test(pattern)) {
    throw new RangeError(
      `.dockerignore has '${pattern}'; allowed: plain names with *, ** and ?, so that the image's tag covers exactly the same files`,
    );
  }
  const source = pattern
    .replace(/[.+^${}()|]/g, '\\$&')
    .replace(
      /\*\*\/|\*\*|\*|\?/g,
      (wild) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[wild] ?? '',
    );
  return new RegExp(`^${source}(?:/.*)?$`);
}
