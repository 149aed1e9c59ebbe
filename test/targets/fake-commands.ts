import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Commands that come first on the PATH, answer as a test says and write down how they were called. */
export interface FakeCommands {
  /** `script` is shell; its arguments are the command's. */
  command(name: string, script: string): void;
  /** Every call so far, in order, as `name argument argument`. */
  calls(): string[];
  restore(): void;
}

export function fakeCommands(): FakeCommands {
  const directory = mkdtempSync(join(tmpdir(), 'berth-fake-'));
  const record = join(directory, 'calls');
  writeFileSync(record, '');
  const before = process.env['PATH'];
  process.env['PATH'] = `${directory}${delimiter}${before ?? ''}`;
  return {
    command(name, script) {
      const file = join(directory, name);
      writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${record}'\n${script}\n`);
      chmodSync(file, 0o755);
    },
    calls: () => readFileSync(record, 'utf8').trim().split('\n'),
    restore() {
      process.env['PATH'] = before;
      rmSync(directory, { recursive: true });
    },
  };
}
