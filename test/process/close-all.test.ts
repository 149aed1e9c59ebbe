import { closeAll } from '../../lib/process/close-all';

test('what was opened is closed in reverse, also after one that fails, and the first failure is told', async () => {
  const closed: string[] = [];
  const opened = ['cluster', 'account', 'registry'].map((name) => () => {
    closed.push(name);
    return name === 'cluster' ? Promise.resolve() : Promise.reject(new Error(`${name} does not close`));
  });
  await expect(closeAll(opened)).rejects.toThrow('registry does not close');
  expect(closed).toEqual(['registry', 'account', 'cluster']);
});
