import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL = 4096;

/** The last line that a growing file has after `from` bytes, without colours and what a terminal was told. */
export function lastLineOf(file: string, from = 0): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const begin = Math.max(from, size - TAIL);
    const content = Buffer.alloc(size - begin);
    readSync(descriptor, content, 0, content.length, begin);
    const lines = content
      .toString('utf8')

      .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      .split(/[\r\n]+/)
      .map((line) => line.trim());
    return lines.findLast((line) => line !== '');
  } finally {
    closeSync(descriptor);
  }
}
