import { z } from 'zod';

/**
 * Shapes of single settings. A value comes from cdk.json as JSON or from `-c name=value` as text, so each shape takes
 * both: numbers as digits, lists as values separated by commas. What is allowed is said in `ALLOWED`-style messages,
 * to which the reader adds the setting's name and the value it got.
 */
const fromText = (value: unknown) => (typeof value === 'string' ? value.trim() : value);

export function text(pattern: RegExp, allowed: string) {
  return z.preprocess(
    fromText,
    z.string({ error: `allowed: ${allowed}` }).regex(pattern, `allowed: ${allowed}`),
  );
}

export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.preprocess(fromText, z.enum(values, { error: `allowed: ${values.join(', ')}` }));
}

export function wholeNumber(least: number, most: number, unit = '') {
  const error = `allowed: a whole number from ${least} to ${most}${unit}`;
  const digits = (value: unknown) =>
    typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return z.preprocess(digits, z.int({ error }).min(least, error).max(most, error));
}

export function oneOfNumbers(...values: readonly number[]) {
  const error = `allowed: ${values.join(', ')}`;
  const digits = (value: unknown) =>
    typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return z.preprocess(
    digits,
    z.int({ error }).refine((value) => values.includes(value), error),
  );
}

export function listOf<T extends z.ZodType>(item: T, allowed: string) {
  const split = (value: unknown) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value;
  return z.preprocess(
    split,
    z.array(item, { error: `allowed: ${allowed}` }).refine(noTwice, 'allowed: each value once'),
  );
}

function noTwice(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** An IPv4 block in CIDR notation whose address is the block's first, as EC2 wants it. */
export function cidr(least: number, most: number) {
  const allowed = `allowed: an IPv4 block such as 203.0.113.0/24, /${least} to /${most}, its host bits zero`;
  return z.preprocess(
    fromText,
    z.string({ error: allowed }).refine((value) => {
      const block = parseCidr(value);
      return (
        block !== undefined && block.prefix >= least && block.prefix <= most && block.first === block.address
      );
    }, allowed),
  );
}

interface Block {
  readonly address: number;
  readonly prefix: number;
  /** First address of the block. */
  readonly first: number;
}

/** Undefined for what is no IPv4 block. */
export function parseCidr(value: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value);
  if (match === null) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((byte) => byte > 255) || prefix > 32) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefix);
  return { address, prefix, first: Math.floor(address / size) * size };
}
