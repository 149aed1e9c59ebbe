import { cleanUpAfter } from '../../lib/process/clean-up-after';
import { Interrupted } from '../../lib/process/interrupt';
import { UserError } from '../../lib/terminal/user-error';

const fails = (why: string) => () => Promise.reject(new Error(why));

test('what was made is cleaned up after work that ends well, and its result returned', async () => {
  const done: string[] = [];
  const work = () => Promise.resolve(done.push('work'));
  await expect(cleanUpAfter(work, () => Promise.resolve(done.push('clean-up')))).resolves.toBe(1);
  expect(done).toEqual(['work', 'clean-up']);
});

test('work that fails is cleaned up after, and told', async () => {
  const cleanUp = jest.fn(() => Promise.resolve());
  await expect(cleanUpAfter(fails('no disk'), cleanUp)).rejects.toThrow(/^no disk$/);
  expect(cleanUp).toHaveBeenCalledTimes(1);
});

test('a clean-up that fails as well does not hide why the work did', async () => {
  const error = new UserError('no disk', { exitCode: 2 });
  const both = cleanUpAfter(() => Promise.reject(error), fails('still mounted'));
  await expect(both).rejects.toBe(error);
  expect(error.message).toBe('no disk\nand could not be cleaned up after: still mounted');
});

test('a clean-up that fails after work that went well is told', async () => {
  const cleaned = cleanUpAfter(() => Promise.resolve(), fails('still mounted'));
  await expect(cleaned).rejects.toThrow(/^still mounted$/);
});

test('an interrupt stays one, whatever cleaning up comes to', async () => {
  const interrupt = new Interrupted('SIGINT');
  const ended = cleanUpAfter(() => Promise.reject(interrupt), fails('still mounted'));
  await expect(ended).rejects.toBe(interrupt);
});
