import {
  encodeCloser,
  encodeMark,
  encodePane,
  encodeResult,
  encodeShard,
  firstCloser,
  groupKey,
  type Mark,
  markKey,
  overlap,
  paneKey,
  parseCloser,
  parseMark,
  parsePane,
  parseResult,
  parseShard,
  resultKey,
  spanOf,
  type WindowStore,
} from '../../core/windows/index.ts';

const closerKey = (dataset: string): Key => ({ partition: dataset, sort: 'closer' });
type Key = { readonly partition: string; readonly sort: string };

/** A table of what is read back out of JSON text, as after a restart; by partition. */
const jsonTable = <T>(encode: (item: T) => unknown, parse: (json: unknown) => T) => {
  const partitions = new Map<string, Map<string, { readonly text: string; item?: T }>>();
  const own = (partition: string) => partitions.get(partition) ?? new Map();
  const read = (held: { readonly text: string; item?: T }): T => {
    held.item ??= parse(JSON.parse(held.text));
    return held.item;
  };
  const inOrder = (partition: string): readonly T[] =>
    [...own(partition)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, held]) => read(held));
  return {
    get: ({ partition, sort }: Key): T | undefined => {
      const held = own(partition).get(sort);
      return held === undefined ? undefined : read(held);
    },
    set: ({ partition, sort }: Key, given: T): void => {
      const items = own(partition).set(sort, { text: JSON.stringify(encode(given)) });
      partitions.set(partition, items);
    },
    remove: ({ partition, sort }: Key) => void own(partition).delete(sort),
    isSame: ({ partition, sort }: Key, item: T | null): boolean =>
      own(partition).get(sort)?.text === (item === null ? undefined : JSON.stringify(encode(item))),
    inOrder,
    all: (): readonly T[] => [...partitions.keys()].flatMap(inOrder),
  };
};

/**
 * Windows in memory, with the conditions that DynamoDB has. `pause` comes before each single write,
 * and may throw: what is written together is written one by one.
 */
export const memoryWindows = (options: { readonly pause?: () => Promise<void> } = {}) => {
  const { pause = async () => undefined } = options;
  const shards = jsonTable(encodeShard, parseShard);
  const panes = jsonTable(encodePane, parsePane);
  const marks = jsonTable(encodeMark, parseMark);
  const results = jsonTable(encodeResult, parseResult);
  const closers = jsonTable(encodeCloser, parseCloser);
  const isEndless = ({ end }: Mark): boolean => end === 2n ** 63n - 1n;
  const windows: WindowStore = {
    shards: async (series) => shards.inOrder(series),
    moveShard: async (from, to) => {
      const key = { partition: to.series, sort: to.shard };
      if (!shards.isSame(key, from)) return 'fenced';
      shards.set(key, to);
      return 'written';
    },
    panes: async ({ series, group, span }, of) =>
      panes
        .inOrder(`${series}/${groupKey(group)}`)
        .filter((pane) => of.includes(pane.shard) && overlap(pane, span)),
    putPanes: async (some) => {
      for (const pane of some) {
        await pause();
        const other = panes.get(paneKey(pane));
        if (other === undefined || other.through <= pane.through) panes.set(paneKey(pane), pane);
      }
    },
    removePanes: async (some) => {
      for (const pane of some) {
        await pause();
        panes.remove(paneKey(pane));
      }
    },
    putMarks: async (some) => {
      for (const mark of some) {
        await pause();
        marks.set(markKey(mark), mark);
      }
    },
    dueMarks: async ({ series, watermark, endless, limit }) =>
      marks
        .inOrder(series)
        .filter((mark) => (isEndless(mark) ? endless : watermark !== null && mark.end <= watermark))
        .slice(0, limit),
    removeMarks: async (some) => {
      for (const mark of some) {
        await pause();
        if (marks.get(markKey(mark))?.stamp === mark.stamp) marks.remove(markKey(mark));
      }
    },
    openMarks: async (series) => marks.inOrder(series).length,
    results: async ({ series, group, span }, kind, limit) =>
      results
        .inOrder(`${series}/${groupKey(group)}`)
        .filter((each) => each.isGap === (kind === 'gap'))
        .filter((each) => spanOf(each).start >= span.start && spanOf(each).start < span.end)
        .slice(0, limit),
    resultsBefore: async ({ series, group, start }, limit) =>
      results
        .inOrder(`${series}/${groupKey(group)}`)
        .filter((each) => !each.isGap && spanOf(each).start < start)
        .toReversed()
        .slice(0, limit),
    putResults: async (some) => {
      for (const result of some) {
        await pause();
        const other = results.get(resultKey(result));
        if (other === undefined || other.version <= result.version)
          results.set(resultKey(result), result);
      }
    },
    closer: async (dataset) => closers.get(closerKey(dataset)) ?? firstCloser,
    moveCloser: async (dataset, turn, closer) => {
      if ((closers.get(closerKey(dataset))?.turn ?? 0) !== turn) return 'fenced';
      closers.set(closerKey(dataset), closer);
      return 'written';
    },
  };
  return {
    windows,
    shards: shards.all,
    panes: panes.all,
    marks: marks.all,
    markNow: (mark: Mark) => marks.get(markKey(mark)),
    results: results.all,
  };
};
