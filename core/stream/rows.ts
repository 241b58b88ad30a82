import type { Row } from '../fields/value.ts';
import { streamKeys } from '../push/key.ts';
import type { StreamRecord } from './line.ts';
import { openRecord } from './open.ts';
import type { RawRecord, Segment } from './segment.ts';
import { placedIn, type Routes } from './sift.ts';

/** A row of a segment, by the record that it came from. */
export type StreamRow = { readonly record: StreamRecord; readonly values: Row };

/** The rows of a segment that landed as accepted of one dataset, in the order of their records. */
export const rowsOf = (
  { dataset, judge }: Routes[number],
  of: { readonly stream: string; readonly shard: string; readonly segment: Segment },
  records: readonly RawRecord[],
): readonly StreamRow[] => {
  const { accepted } = streamKeys(dataset.name, { ...of, ...of.segment });
  if (!of.segment.objects.includes(accepted)) return [];
  const opened = placedIn(of.segment, records).flatMap(({ record, key }) => {
    const found = key === accepted ? openRecord(dataset, record) : undefined;
    return found?.kind === 'row' ? [{ record, line: found.line }] : [];
  });
  const judged = judge(opened.map(({ line }) => line));
  return opened.flatMap(({ record }, at) => {
    const row = judged[at];
    return row?.ok === true ? [{ record, values: row.values }] : [];
  });
};
