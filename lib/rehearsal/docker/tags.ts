import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which archive an image's name stands for, from one call of the stand-in to the next. */
export class Tags {
  private readonly file: string;

  constructor(directory: string) {
    this.file = join(directory, 'docker-tags.json');
  }

  find(name: string): string | undefined {
    return this.read()[name];
  }

  set(name: string, archive: string): void {
    writeFileSync(`${this.file}.new`, JSON.stringify({ ...this.read(), [name]: archive }));
    renameSync(`${this.file}.new`, this.file);
  }

  names(): string[] {
    return Object.keys(this.read());
  }

  private read(): Record<string, string> {
    return existsSync(this.file)
      ? (JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, string>)
      : {};
  }
}
