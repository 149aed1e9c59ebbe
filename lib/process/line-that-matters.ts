/** Longer lines are cut: some builders repeat the whole step that failed. */
const LONGEST = 300;

/**
 * The one line of a failed command's output that tells a person most: what a compiler says of a place in a file, else
 * a panic, else the last line that speaks of an error, else the last one.
 */
export function lineThatMatters(output: string): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const found =
    lines.find((line) => /^[\w./-]+\.\w+:\d+:\d+: /.test(line)) ??
    lines.find((line) => /^(panic|fatal error): /.test(line)) ??
    lines.findLast((line) => /\b(error|failed|fatal|denied|not found|refused)\b/i.test(line)) ??
    lines.at(-1);
  return found && found.length > LONGEST ? `${found.slice(0, LONGEST)}…` : found;
}
