import type { Progress } from '../terminal/progress';

/** One step of a rehearsal that was done, and what was seen. */
export interface DoneStep {
  readonly name: string;
  readonly seconds: number;
  /** What was checked, in words and numbers, one thing an entry. */
  readonly seen: readonly string[];
}

/** Does steps one after the other and keeps what was seen of each, also where a later one fails. */
export class Steps {
  readonly done: DoneStep[] = [];

  constructor(private readonly progress: Progress) {}

  /** @param work adds what it sees to `seen` */
  async step<T>(
    name: string,
    work: (seen: (text: string) => void, detail: (text: string) => void) => Promise<T>,
  ): Promise<T> {
    const started = Date.now();
    const seen: string[] = [];
    const result = await this.progress.step(name, async (detail) => {
      const value = await work((text) => {
        seen.push(text);
      }, detail);
      detail(seen.at(-1) ?? '');
      return value;
    });
    for (const text of seen.slice(0, -1)) this.progress.note(`  ${text}`);
    this.done.push({ name, seconds: (Date.now() - started) / 1000, seen });
    return result;
  }
}
