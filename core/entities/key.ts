import type { Dataset } from '../dataset.ts';
import { defaultEvolution } from '../evolution/evolution.ts';
import type { Row } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import { judgeRow } from '../validate/judge-row.ts';
import { rowJson } from './row-json.ts';

/**
 * The dataset as far as its key: what a delete has to say, and what an entity is asked for by. All
 * else that a row holds is passed over.
 */
export const keyOnly = (dataset: Dataset): Dataset => ({
  ...dataset,
  fields: Object.fromEntries(
    Object.entries(dataset.fields).filter(([name]) => dataset.key.includes(name)),
  ),
  rules: [],
  evolution: { ...defaultEvolution, newColumns: 'quarantine_value' },
});

/** A key as JSON, and the hash that stands for it: equal values have one, however spelt. */
type NamedKey = { readonly key: string; readonly keyHash: string };

/** The key of a row; its fields in the order that they are declared in. */
export const keyOf = (dataset: Dataset, row: Row): NamedKey => {
  const key = rowJson(keyOnly(dataset).fields, row);
  return { key, keyHash: sha256(key) };
};

/** The key that somebody writes, a text for each of its fields; undefined where it is none. */
export const keyFrom = (dataset: Dataset, texts: readonly string[]): NamedKey | undefined => {
  const row = Object.fromEntries(dataset.key.map((name, at) => [name, texts[at] ?? null]));
  const judged = judgeRow(keyOnly(dataset), row);
  return judged.ok ? keyOf(dataset, judged.values) : undefined;
};
