/** What a command tells the person who waits for it. Goes to standard error, so that `--json` on standard output stays clean. */
export interface Progress {
  /**
   * Shows a step while `work` runs and how long it took.
   * `detail` replaces what is shown beside the title: a count, a file, a percentage.
   */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line that stays. */
  note(text: string): void;
}

/** Progress on a terminal rewrites its line; anywhere else (a file, CI) each step is one line at its end and one a minute meanwhile. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY;
  let depth = 0;
  const write = (text: string) => stream.write(text);
  return {
    note(text) {
      write(`${live ? '\r\x1b[K' : ''}${'  '.repeat(depth)}${text}\n`);
    },
    async step(title, work) {
      const started = Date.now();
      const indent = '  '.repeat(depth);
      const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
      let latest = '';
      const paint = () => {
        const line = `${indent}… ${title}${latest ? `: ${latest}` : ''} (${seconds()} s)`;
        write(live ? `\r\x1b[K${line.slice(0, stream.columns - 1)}` : `${line}\n`);
      };
      if (live) paint();
      const timer = setInterval(paint, live ? 500 : 60_000);
      depth += 1;
      try {
        const result = await work((text) => {
          latest = text;
          if (live) paint();
        });
        write(
          `${live ? '\r\x1b[K' : ''}${indent}✓ ${title}${latest ? `: ${latest}` : ''} (${seconds()} s)\n`,
        );
        return result;
      } catch (error) {
        write(`${live ? '\r\x1b[K' : ''}${indent}✗ ${title} (${seconds()} s)\n`);
        throw error;
      } finally {
        clearInterval(timer);
        depth -= 1;
      }
    },
  };
}

/** Says nothing: for tests, and for callers that want only the result. */
export const silent: Progress = {
  step: (_title, work) => work(() => undefined),
  note: () => undefined,
};

/** Shows what is done now as the detail of a larger step. */
export function asDetail(detail: (text: string) => void): Progress {
  return {
    step: (title, work) => {
      detail(title);
      return work((text) => {
        detail(`${title}: ${text}`);
      });
    },
    note: detail,
  };
}
