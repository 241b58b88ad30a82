import type { Dataset } from '../dataset.ts';
import type { Row } from '../fields/value.ts';
import { asRecords } from '../push/as-records.ts';
import { partOf } from '../push/key.ts';
import type { JudgeLines } from '../push/sift.ts';
import type { Placed, Reading } from '../stream/reading.ts';
import type { Change } from './change.ts';
import { keyOf, keyOnly } from './key.ts';
import { orderOf, timeOf } from './order.ts';
import { rowJson } from './row-json.ts';

/** An item has 400 kB at most, and what does not fit must not stop a shard. */
const rowBytesMax = 320 * 1024;
const keyBytesMax = 8 * 1024;

const encoder = new TextEncoder();
const fits = (text: string, bytesMax: number): boolean =>
  text.length <= bytesMax && encoder.encode(text).length <= bytesMax;

/** A dataset whose changes are kept, with the judge of its keys alone. */
export type EntityRoute = {
  readonly dataset: Dataset;
  readonly judgeKey: JudgeLines;
};

export const entityRoutesOf = (
  datasets: readonly Dataset[],
  judgeOf: (dataset: Dataset) => JudgeLines,
): readonly EntityRoute[] =>
  datasets
    .filter(({ stream }) => stream?.entities !== undefined)
    .map(asRecords)
    .map((dataset) => ({
      dataset,
      judgeKey: judgeOf(keyOnly(dataset)),
    }));

/** The changes that the records of a segment tell of, in the order of the stream. */
export const changesIn = (
  routes: readonly EntityRoute[],
  records: readonly Placed[],
): readonly Change[] => {
  if (routes.length === 0) return [];
  return records.flatMap(({ reading, key }) => {
    const place = partOf(key);
    const route = routes.find(({ dataset }) => dataset.name === place?.dataset);
    const change =
      route === undefined ? undefined : changeOf(route, reading, place?.part === 'accepted');
    return change ?? [];
  });
};

/**
 * The change of one record. An upsert is one whose row is published; of a delete only the key
 * counts, since many sources know no more of the row that is gone.
 */
const changeOf = (
  { dataset, judgeKey }: EntityRoute,
  { record, opened, judged: row }: Reading,
  isAccepted: boolean,
): Change | undefined => {
  const { name, stream, fields } = dataset;
  const entities = stream?.entities;
  if (opened?.kind !== 'row' || entities === undefined) return undefined;
  const { meta } = opened;
  const op = meta.kind === 'change' && meta.op === 'delete' ? 'delete' : 'upsert';
  if (op === 'upsert' && !isAccepted) return undefined;
  const judged = op === 'delete' ? judgeKey([opened.line])[0] : row;
  if (judged?.ok !== true) return undefined;
  const { values } = judged;
  const order = orderOf(entities, meta, values);
  if (order === undefined) return undefined;
  const { shard, sequence, sub = null, arrivedAt } = record;
  const orders = entities === true ? null : orderValue(dataset, entities.order, values);
  const kept = op === 'delete' ? null : rowJson(fields, values);
  const named = keyOf(dataset, values);
  return {
    ...{ dataset: name, ...named, key: fits(named.key, keyBytesMax) ? named.key : '{}', op },
    row: kept !== null && fits(kept, rowBytesMax) ? kept : null,
    ...{ order, at: timeOf(entities, meta, { orders, arrivedAt }) },
    ...{ shard, sequence, sub },
  };
};

/** The value that orders, where it is a time too. */
const orderValue = ({ fields }: Dataset, name: string, values: Row): bigint | null => {
  const value = values[name];
  return fields[name]?.kind === 'timestamp' && typeof value === 'bigint' ? value : null;
};
