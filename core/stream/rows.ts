import type { Row } from '../fields/value.ts';
import type { DatasetName } from '../ids.ts';
import { streamKeys } from '../push/key.ts';
import type { StreamRecord } from './line.ts';
import type { Placed } from './reading.ts';
import type { Segment } from './segment.ts';

/** A row of a segment, by the record that it came from. */
export type StreamRow = { readonly record: StreamRecord; readonly values: Row };

/** The rows of a segment that landed as accepted of one dataset, in the order of their records. */
export const rowsOf = (
  dataset: DatasetName,
  of: { readonly stream: string; readonly shard: string; readonly segment: Segment },
  records: readonly Placed[],
): readonly StreamRow[] => {
  const { accepted } = streamKeys(dataset, { ...of, ...of.segment });
  const rows: StreamRow[] = [];
  for (const { reading, key } of records) {
    const { record, judged } = reading;
    if (key === accepted && judged?.ok === true) rows.push({ record, values: judged.values });
  }
  return rows;
};
