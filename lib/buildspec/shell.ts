import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../process/group';
import { interrupted } from '../process/interrupt';
import { quoted } from '../process/quoted';

/** Reads the names of files from descriptor 3, sources each, and tells its status on descriptor 4. */
const LOOP = `while read -r file <&3; do . "$file" 3<&- 4>&-; echo "$?" >&4; done`;

/** Seconds that commands have to clean up after an interrupt before they are killed. */
const GRACE = 60;

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** File that everything the commands print is added to. */
  readonly log: string;
}

/**
 * One bash that lives as long as a build: what a command exports, and where it changes to, the next ones find, as
 * version 0.2 of the buildspec has it. A command that ends the shell (`exit 3`) has that status; the next command
 * gets a new shell.
 */
export class Shell {
  private child: ChildProcess | undefined;
  /** Process groups: what commands have started may live longer than their shell. */
  private readonly groups: number[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'berth-buildspec-'));
  private readonly log: number;
  private readonly set = new Map<string, string>();
  private count = 0;

  constructor(private readonly options: ShellOptions) {
    this.log = openSync(options.log, 'a');
  }

  /** @returns the exit status of the command; of the last one where it has several lines */
  async run(command: string): Promise<number> {
    interrupted().throwIfAborted();
    this.count += 1;
    const file = join(this.folder, `command-${this.count}`);
    const exports = [...this.set].map(([name, value]) => `export ${name}=${quoted(value)}\n`);
    writeFileSync(file, `${exports.join('')}${command}\n`);
    this.child ??= this.start();
    const child = this.child;
    const statuses = child.stdio[4] as Readable;
    (child.stdio[3] as Writable).write(`${file}\n`);
    const status = await new Promise<number>((resolve) => {
      const told = (chunk: Buffer) => {
        child.off('close', closed);
        resolve(Number(chunk.toString().trim()));
      };
      const closed = (code: number | null) => {
        statuses.off('data', told);
        this.child = undefined;
        resolve(code ?? 1);
      };
      statuses.once('data', told);
      child.once('close', closed);
    });
    interrupted().throwIfAborted();
    return status;
  }

  /** Exports a variable to the commands that follow. */
  export(name: string, value: string): void {
    this.set.set(name, value);
  }

  /** The value of a variable as the last command left it; undefined when it is not set. */
  async get(name: string): Promise<string | undefined> {
    const file = join(this.folder, `value-${this.count}`);
    const status = await this.run(`[ -n "\${${name}+set}" ] && printf '%s' "\${${name}}" > ${quoted(file)}`);
    return status === 0 ? readFileSync(file, 'utf8') : undefined;
  }

  /** Ends the shell and everything it started, and waits until that has ended. */
  async end(): Promise<void> {
    const deadline = Date.now() + GRACE * 1000;
    for (const group of this.groups) signalGroup(group, 'SIGTERM');
    for (const group of this.groups) {
      while (signalGroup(group, 0) && Date.now() < deadline) await sleep(20);
      signalGroup(group, 'SIGKILL');
    }
    closeSync(this.log);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private start(): ChildProcess {
    const child = spawn('bash', ['-c', LOOP], {
      cwd: this.options.cwd,
      env: { ...this.options.env },
      stdio: ['ignore', this.log, this.log, 'pipe', 'pipe'],
      // A group of its own, so that an interrupt ends everything that the commands started.
      detached: true,
    });
    if (child.pid !== undefined) this.groups.push(child.pid);
    const interrupt = interrupted();
    const onInterrupt = () => {
      signalGroup(child.pid, 'SIGTERM');
    };
    interrupt.addEventListener('abort', onInterrupt, { once: true });
    child.once('close', () => {
      interrupt.removeEventListener('abort', onInterrupt);
    });
    child.stdio[3]?.on('error', () => undefined); // The shell has ended; its 'close' tells how.
    return child;
  }
}
