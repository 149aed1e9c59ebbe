import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, type Machine } from './result';

/** What a reader needs to compare the numbers with those of another machine. */
export function describeMachine(directory: string): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    syncMillis: syncTime(directory),
    loadBefore: loadavg()[0] ?? NaN,
  };
}

/** Median of the time to append 256 bytes to a file and have them on disk, in milliseconds. */
function syncTime(directory: string): number {
  const place = mkdtempSync(join(directory, 'sync-'));
  const file = openSync(join(place, 'file'), 'w');
  try {
    const times = Array.from({ length: 100 }, () => {
      const began = performance.now();
      writeSync(file, Buffer.alloc(256));
      fdatasyncSync(file);
      return performance.now() - began;
    });
    return median(times);
  } finally {
    closeSync(file);
    rmSync(place, { recursive: true });
  }
}
