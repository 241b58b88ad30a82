import { describe, expect, test } from 'vitest';
import { defineDataset, replace } from '../../../core/define-dataset.ts';
import { integer } from '../../../core/fields/index.ts';
import { checkSources, github, standard, stripe } from '../../../core/webhooks/webhook.ts';

const thing = {
  ...{ name: 'things', domain: 'tests', owner: 'tests@example.com' },
  ...{ description: 'Something.', fields: { id: integer() } },
};

describe('webhooks of a dataset', () => {
  test('are what its file says', () => {
    const webhooks = [github('forum'), stripe('checkout', { records: 'data.object' })];
    expect(defineDataset({ ...thing, webhooks }).webhooks).toEqual([
      { source: 'forum', scheme: 'github', records: [], repeated: 'ignore' },
      { source: 'checkout', scheme: 'stripe', records: ['data', 'object'], repeated: 'ignore' },
    ]);
    expect(standard('shop')).toMatchObject({ repeated: 'refuse' });
    expect(standard('shop', { repeated: 'ignore' })).toMatchObject({ repeated: 'ignore' });
  });

  test.each(['', 'Shop', '1shop', 'a_b', 'a/b', 'x'.repeat(41)])('have no source %j', (source) => {
    expect(() => defineDataset({ ...thing, webhooks: [github(source)] })).toThrow(
      /dataset 'things': webhooks names .* a source is a-z/,
    );
  });

  test('have no name that is empty on the way to the records', () => {
    const webhooks = [github('forum', { records: 'data..object' })];
    expect(() => defineDataset({ ...thing, webhooks })).toThrow(/'forum' has an empty name/);
  });

  test('bring no rows where each file is the whole table', () => {
    const webhooks = [github('forum')];
    expect(() => defineDataset({ ...thing, webhooks, write: replace() })).toThrow(/single rows/);
  });

  test('have a source once, among all datasets and in one', () => {
    const of = (name: string, ...sources: string[]) => ({
      ...{ name, webhooks: sources.map((source) => github(source)) },
    });
    expect(() => checkSources([of('a', 'x'), of('b', 'y'), { name: 'c' }])).not.toThrow();
    expect(() => checkSources([of('a', 'x'), of('b', 'x')])).toThrow(/'a' and 'b'.*'x'/);
    expect(() => checkSources([of('a', 'x', 'x')])).toThrow(/'x'/);
  });
});
