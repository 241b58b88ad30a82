import type { Row } from '../fields/value.ts';
import { streamKeys } from '../push/key.ts';
import { keepsAnyControls } from '../validate/characters.ts';
import { openEnvelope } from './envelope.ts';
import type { StreamRecord } from './line.ts';
import type { RawRecord, Segment } from './segment.ts';
import { type Routes, singleRecords } from './sift.ts';

/** A row of a segment, by the record that it came from. */
export type StreamRow = { readonly record: StreamRecord; readonly values: Row };

/** The rows of a segment that landed as accepted of one dataset, in the order of their records. */
export const rowsOf = (
  { dataset, judge }: Routes[number],
  of: { readonly stream: string; readonly shard: string; readonly segment: Segment },
  records: readonly RawRecord[],
): readonly StreamRow[] => {
  const { objects, places } = of.segment;
  const accepted = objects.indexOf(streamKeys(dataset.name, { ...of, ...of.segment }).accepted);
  if (accepted < 0) return [];
  const envelope = dataset.stream?.envelope ?? 'json';
  const keeps = keepsAnyControls(dataset);
  return singleRecords(records).flatMap((record, at) => {
    if (places[at] !== accepted) return [];
    const opened = openEnvelope(envelope, record, keeps);
    const judged = opened.kind === 'row' ? judge(opened.line) : undefined;
    return judged?.ok === true ? [{ record, values: judged.values }] : [];
  });
};
