import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyOutputFolder, markOutputFolder, outputFolder } from '../../lib/process/output-folder';
import { UserError } from '../../lib/terminal/user-error';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'berth-output-'));
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const seen = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));

function refusal(folder: string): UserError {
  try {
    emptyOutputFolder(folder);
  } catch (error) {
    return error as UserError;
  }
  throw new Error(`${folder} was emptied`);
}

test('a folder that is not there is made, and one that is empty is taken', () => {
  const folder = join(place, 'deep', 'output');
  expect(outputFolder(folder)).toBe(folder);
  emptyOutputFolder(folder);
  expect(seen(folder)).toEqual([]);
});

test('an earlier output is emptied, folders in it too, as often as one likes', () => {
  const folder = join(place, 'output');
  for (const name of ['first', 'second', 'third']) {
    emptyOutputFolder(folder);
    expect(seen(folder)).toEqual([]);
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'file'), '');
  }
});

test('an earlier output stays as it is until it is emptied', () => {
  emptyOutputFolder(place);
  writeFileSync(join(place, 'file'), '');
  outputFolder(place);
  expect(seen(place)).toEqual(['file']);
});

test('a folder with anything else in it is refused by name, and keeps it', () => {
  mkdirSync(join(place, '.git'));
  writeFileSync(join(place, 'mine'), 'mine');
  const error = refusal(place);
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(`--output is "${place}", a folder with something else in it`);
  expect(error.message).toContain(
    'allowed: a folder that is not there, is empty, or holds an earlier output',
  );
  expect(error.message).toContain('fix: name another folder');
  expect(readdirSync(place).sort()).toEqual(['.git', 'mine']);
  expect(readFileSync(join(place, 'mine'), 'utf8')).toBe('mine');
});

test('so is one that a link leads to', () => {
  const folder = join(place, 'folder');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine'), '');
  symlinkSync(folder, join(place, 'link'));
  expect(refusal(join(place, 'link')).exitCode).toBe(2);
  expect(readdirSync(folder)).toEqual(['mine']);
});

test('a file, a place below a file and no name at all are refused', () => {
  const file = join(place, 'file');
  writeFileSync(file, 'mine');
  for (const path of [file, join(file, 'below')]) {
    expect(refusal(path)).toMatchObject({ exitCode: 2, message: expect.stringContaining(path) as string });
  }
  expect(refusal('').message).toContain('--output is "", which names no folder');
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('a folder that is marked is emptied, whatever is in it', () => {
  writeFileSync(join(place, 'old'), '');
  markOutputFolder(place);
  expect(seen(place)).toEqual(['old']);
  emptyOutputFolder(place);
  expect(seen(place)).toEqual([]);
});
