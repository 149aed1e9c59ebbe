import { compare } from '../../lib/proof/compare';
import { sampleData } from '../../lib/proof/sample-data';

const item = (id: string, document: unknown = {}, etag = '"1"') => ({ id, document, etag });

describe('comparing two readings of the store', () => {
  test('finds what is missing and what is different', () => {
    const before = [item('a'), item('b', { n: 1 }), item('c')];
    const after = [item('b', { n: 2 }), item('c')];
    expect(compare(before, after)).toEqual({ kept: 1, missing: ['a'], different: ['b'] });
  });

  test('finds a document that was written again with the same content', () => {
    expect(compare([item('a', {}, '"1"')], [item('a', {}, '"2"')]).different).toEqual(['a']);
  });

  test('lets new items be', () => {
    expect(compare([item('a')], [item('a'), item('b')])).toEqual({ kept: 1, missing: [], different: [] });
  });

  test('finds everything missing in an empty store', () => {
    expect(compare([item('a'), item('b')], [])).toEqual({ kept: 0, missing: ['a', 'b'], different: [] });
  });
});

test('the sample data is the countries of the world, each under an id of its own', () => {
  const data = sampleData();
  expect(data.size).toBeGreaterThan(200);
  expect(data.get('country-che')).toMatchObject({ name: { common: 'Switzerland' } });
});
