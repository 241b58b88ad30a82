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
  type Pane,
  paneKey,
  parseCloser,
  parseMark,
  parsePane,
  parseResult,
  parseShard,
  resultKey,
  spanOf,
  type WindowResult,
  type WindowStore,
} from '../../core/windows/index.ts';

type Key = { readonly partition: string; readonly sort: string };
const textOf = ({ partition, sort }: Key): string => `${partition} ${sort}`;

/** A table in which everything is JSON text, as it is after a restart, by the text of its key. */
const jsonTable = <T>(encode: (item: T) => unknown, parse: (json: unknown) => T) => {
  const items = new Map<string, string>();
  const parsed = (text: string): T => parse(JSON.parse(text));
  return {
    get: (key: string): T | undefined => {
      const text = items.get(key);
      return text === undefined ? undefined : parsed(text);
    },
    set: (key: string, item: T) => void items.set(key, JSON.stringify(encode(item))),
    remove: (key: string) => void items.delete(key),
    isSame: (key: string, item: T | undefined): boolean =>
      items.get(key) === (item === undefined ? undefined : JSON.stringify(encode(item))),
    all: (): T[] => [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => parsed(text)),
  };
};

/** Windows in memory, with the conditions that DynamoDB has. */
export const memoryWindows = () => {
  const shards = jsonTable(encodeShard, parseShard);
  const panes = jsonTable(encodePane, parsePane);
  const marks = jsonTable(encodeMark, parseMark);
  const results = jsonTable(encodeResult, parseResult);
  const closers = jsonTable(encodeCloser, parseCloser);
  const paneText = (pane: Pane): string => textOf(paneKey(pane));
  const markText = (mark: Mark): string => textOf(markKey(mark));
  const resultText = (result: WindowResult): string => textOf(resultKey(result));
  const isEndless = ({ end }: Mark): boolean => end === 2n ** 63n - 1n;
  const windows: WindowStore = {
    shards: async (series) => shards.all().filter((shard) => shard.series === series),
    moveShard: async (from, to) => {
      const key = `${to.series} ${to.shard}`;
      if (!shards.isSame(key, from ?? undefined)) return 'fenced';
      shards.set(key, to);
      return 'written';
    },
    panes: async ({ series, group, span }, of) =>
      panes
        .all()
        .filter(
          (pane) =>
            pane.series === series &&
            groupKey(pane.group) === groupKey(group) &&
            of.includes(pane.shard) &&
            overlap(pane, span),
        ),
    putPanes: async (some) => {
      for (const pane of some) {
        const other = panes.get(paneText(pane));
        if (other === undefined || other.through <= pane.through) panes.set(paneText(pane), pane);
      }
    },
    removePanes: async (some) => {
      for (const pane of some) panes.remove(paneText(pane));
    },
    putMarks: async (some) => {
      for (const mark of some) marks.set(markText(mark), mark);
    },
    dueMarks: async ({ series, watermark, endless, limit }) =>
      marks
        .all()
        .filter((mark) => mark.series === series)
        .filter((mark) => (isEndless(mark) ? endless : watermark !== null && mark.end <= watermark))
        .slice(0, limit),
    removeMarks: async (some) => {
      for (const mark of some)
        if (marks.get(markText(mark))?.stamp === mark.stamp) marks.remove(markText(mark));
    },
    openMarks: async (series) => marks.all().filter((mark) => mark.series === series).length,
    results: async ({ series, group, span }, kind, limit) =>
      results
        .all()
        .filter((each) => each.series === series && groupKey(each.group) === groupKey(group))
        .filter((each) => each.isGap === (kind === 'gap'))
        .filter((each) => spanOf(each).start >= span.start && spanOf(each).start < span.end)
        .slice(0, limit),
    resultsBefore: async ({ series, group, start }, limit) =>
      results
        .all()
        .filter((each) => each.series === series && groupKey(each.group) === groupKey(group))
        .filter((each) => !each.isGap && spanOf(each).start < start)
        .toReversed()
        .slice(0, limit),
    putResults: async (some) => {
      for (const result of some) {
        const other = results.get(resultText(result));
        if (other === undefined || other.version <= result.version)
          results.set(resultText(result), result);
      }
    },
    closer: async (dataset) => closers.get(dataset) ?? firstCloser,
    moveCloser: async (dataset, turn, closer) => {
      if ((closers.get(dataset)?.turn ?? 0) !== turn) return 'fenced';
      closers.set(dataset, closer);
      return 'written';
    },
  };
  return {
    windows,
    shards: shards.all,
    panes: panes.all,
    marks: marks.all,
    results: results.all,
  };
};
