import { describe, expect, test } from 'vitest';
import { inWaves, readExpected, readSamples, samplesDir } from '../../../bin/start/samples.ts';
import { datasets } from '../../../datasets/index.ts';

describe('the committed samples', () => {
  test('each belongs to a dataset and lands under its prefix', async () => {
    const samples = await readSamples(samplesDir, datasets);
    expect(samples.length).toBeGreaterThan(0);
    for (const { key, dataset } of samples) expect(key.startsWith(`${dataset.name}/`)).toBe(true);
  });

  test('products land before orders, which are joined with them', async () => {
    const [first = [], then = []] = inWaves(await readSamples(samplesDir, datasets));
    expect(first.map(({ dataset }) => dataset.name)).toEqual(['products']);
    expect(then.map(({ dataset }) => dataset.name)).toContain('orders');
  });

  test('what is planted adds up, for every dataset that has samples', async () => {
    const expected = await readExpected(samplesDir);
    const samples = await readSamples(samplesDir, datasets);
    for (const { dataset } of samples) {
      const planted = expected[dataset.name];
      expect(planted).toBeDefined();
      expect(planted?.rowsIn).toBe(
        (planted?.published ?? 0) + (planted?.rejected ?? 0) + (planted?.deduplicated ?? 0),
      );
    }
  });

  test('a file of no dataset is refused with the names there are', async () => {
    await expect(readSamples(samplesDir, [])).rejects.toThrow('is of no dataset');
  });
});
