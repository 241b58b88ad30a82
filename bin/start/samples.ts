import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { ContentId } from '../../core/ids.ts';
import { Counts } from '../../core/ledger.ts';
import { UserError } from '../console/errors.ts';
import { root } from '../local/places.ts';

/** Committed sample files, with faults planted in them on purpose. */
export const samplesDir = join(root, 'datasets', 'samples');

const EXPECTED = 'expected.json';

/** One sample file, named `<dataset>.…` or `<dataset>-….`, and the key it lands under. */
export type Sample = {
  readonly dataset: Dataset;
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly contentId: ContentId;
};

/** What is planted in the samples of one dataset. */
const Planted = Counts.extend({
  files: z.number().int().optional(),
  /** Exact decimal text, per column of the curated table. */
  sums: z.record(z.string(), z.string()).optional(),
});
export type Planted = z.infer<typeof Planted>;

const Expected = z.record(z.string(), Planted);

/** What the samples must come to, per dataset. */
export const readExpected = async (dir: string): Promise<Readonly<Record<string, Planted>>> =>
  Expected.parse(JSON.parse(await readFile(join(dir, EXPECTED), 'utf8')));

/** The sample files in a folder; one that belongs to no dataset is an error, not passed over. */
export const readSamples = async (
  dir: string,
  datasets: readonly Dataset[],
): Promise<readonly Sample[]> => {
  const names = (await readdir(dir)).filter((name) => name !== EXPECTED && !name.startsWith('.'));
  return await Promise.all(
    names.sort().map(async (name) => {
      const dataset = datasets.find((each) => each.name === name.split(/[-.]/)[0]);
      if (dataset === undefined)
        throw new UserError({
          what: `${join(dir, name)} is of no dataset.`,
          allowed: `Its name must begin with one of: ${datasets.map((each) => each.name).join(', ')}.`,
        });
      const path = join(dir, name);
      const bytes = await readFile(path);
      const contentId = ContentId.parse(createHash('sha256').update(bytes).digest('hex'));
      const key = `${dataset.name}/${name}`;
      return { dataset, path, key, sizeBytes: bytes.length, contentId };
    }),
  );
};

const joined = (dataset: Dataset): readonly string[] =>
  dataset.transforms.flatMap((each) => (each.kind === 'join' ? [each.dataset] : []));

/**
 * Samples in the order they must be published in: a dataset that another one is joined with comes
 * first, because a join with a table that was never published holds the run.
 */
export const inWaves = (samples: readonly Sample[]): readonly (readonly Sample[])[] => {
  const wanted = new Set(samples.flatMap(({ dataset }) => joined(dataset)));
  const first = samples.filter(({ dataset }) => wanted.has(dataset.name));
  const then = samples.filter(({ dataset }) => !wanted.has(dataset.name));
  return [first, then].filter((wave) => wave.length > 0);
};
