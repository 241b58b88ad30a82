import type { Dataset } from '../dataset.ts';
import { append, day, defineDataset } from '../define-dataset.ts';
import { boolean, integer, oneOf, text, timestamp } from '../fields/index.ts';
import { resultColumns } from './columns.ts';

/** Behind the name of a dataset, the names of what its windows come to. */
const WINDOWS = '_windows';
const LATE = '_late';

const named = (dataset: Dataset): boolean => (dataset.windows ?? []).length > 0;

/** What has to be said of every table that a rule fills. */
const common = ({ domain, owner, version }: Dataset) => ({
  ...{ domain, owner, version, write: append() },
  files: { formats: ['jsonl'] as const },
});

/** The results of a dataset's windows, a row for each version. Undefined where it has none. */
export const windowsDataset = (dataset: Dataset): Dataset | undefined => {
  if (!named(dataset)) return undefined;
  const { name, fields, windows = [] } = dataset;
  const derived = defineDataset({
    ...common(dataset),
    name: `${name}${WINDOWS}`,
    description: `What the windows over ${name} came to: a row for each version of each window.`,
    fields: {
      rule: text({ description: 'The window rule that was asked.' }),
      series: text({ description: 'Name and hash of the rule: another hash, another question.' }),
      window_id: text({ description: 'One for all versions of one window of one group.' }),
      window_start: timestamp({ optional: true, description: 'None of a global window.' }),
      window_end: timestamp({ optional: true, description: 'The first instant behind it.' }),
      ...resultColumns(fields, windows),
      is_gap: boolean({ description: 'A time in which the group had no events.' }),
      version: integer({ description: 'The highest of a window_id is the one that counts.' }),
      retracted: boolean({ description: 'The window is part of another one now, or no gap.' }),
      closed_at_watermark: timestamp({
        optional: true,
        description: 'How far the stream had come, by event time, when this was said.',
      }),
    },
    key: ['window_id', 'version'],
    rejects: { holdAbove: 1 },
  });
  return { ...derived, derivedFrom: name };
};

/** Kinds of events that are in their windows, and worth a look all the same. */
export const lateKinds = ['late', 'too_late', 'future'] as const;

/** Events that came late or are ahead of the clock. Undefined of a dataset without windows. */
export const lateDataset = (dataset: Dataset): Dataset | undefined => {
  if (!named(dataset)) return undefined;
  const { name, fields, windows = [] } = dataset;
  const groups = windows.map((rule) => ({ ...rule, measures: {} }));
  const derived = defineDataset({
    ...common(dataset),
    name: `${name}${LATE}`,
    description: `Events of ${name} behind their shard’s watermark, or ahead of the clock.`,
    fields: {
      rule: text({ description: 'The window rule that they were late for.' }),
      event_id: text({ description: '<stream>:<shard>/<sequence number>, as landing has it.' }),
      kind: oneOf([...lateKinds], { description: 'too_late: by more than the rule allows.' }),
      event_time: timestamp(),
      watermark: timestamp({ optional: true, description: 'Of the shard, when the event came.' }),
      behind_ms: integer({ bits: 64, description: 'Behind the watermark; below 0 ahead of now.' }),
      ...resultColumns(fields, groups),
    },
    key: ['rule', 'event_id'],
    partition: [day('event_time')],
    rejects: { holdAbove: 1 },
  });
  return { ...derived, derivedFrom: name };
};

/** The datasets, and behind them those that their windows fill. */
export const withWindows = (datasets: readonly Dataset[]): readonly Dataset[] => {
  const all = [
    ...datasets,
    ...datasets.flatMap((dataset) => windowsDataset(dataset) ?? []),
    ...datasets.flatMap((dataset) => lateDataset(dataset) ?? []),
  ];
  const names = all.map(({ name }) => name);
  const twice = all.find(({ name }, at) => names.indexOf(name) !== at);
  if (twice === undefined) return all;
  throw new Error(
    `dataset '${twice.name}': the windows of '${twice.derivedFrom}' fill a table of this name; ` +
      'call it otherwise',
  );
};
