import { waitFor } from '../../lib/process/wait';

describe('waiting for something', () => {
  test('asks until it is there', async () => {
    let asked = 0;
    const found = await waitFor('it', () => (++asked < 3 ? undefined : 'here'), { seconds: 5, every: 1 });
    expect([found, asked]).toEqual(['here', 3]);
  });

  test('counts an error as not yet', async () => {
    let asked = 0;
    const attempt = () => {
      if (++asked < 3) throw new Error('not yet');
      return true;
    };
    expect(await waitFor('it', attempt, { seconds: 5, every: 1 })).toBe(true);
  });

  test('gives up with what was waited for, how long, and the last reason', async () => {
    const attempt = () => Promise.reject(new Error('connection refused'));
    await expect(waitFor('the server', attempt, { seconds: 0.05, every: 5 })).rejects.toThrow(
      'the server did not come within 0.05 s: connection refused',
    );
  });
});
