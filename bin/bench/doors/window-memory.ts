import {
  type Closer,
  firstCloser,
  overlap,
  type Pane,
  paneKey,
  type ShardState,
  sortableMicros,
  type WindowStore,
} from '../../../core/windows/index.ts';

/** Windows of one shard in memory: what the stream function reads and writes, and nothing due. */
export const windowMemory = (): WindowStore => {
  const states = new Map<string, ShardState>();
  const groups = new Map<string, Map<string, Pane>>();
  const groupOf = (partition: string): Map<string, Pane> => {
    const panes = groups.get(partition) ?? new Map<string, Pane>();
    groups.set(partition, panes);
    return panes;
  };
  let closer: Closer = firstCloser;
  return {
    shards: async (series) => [...states.values()].filter((state) => state.series === series),
    moveShard: async (_from, to) => {
      states.set(`${to.series}/${to.shard}`, to);
      return 'written';
    },
    panes: async ({ series, group, span }, shards) => {
      const [shard = ''] = shards;
      const { start } = span;
      const place = { series, group, shard, start, end: start, through: 0n, measures: {} };
      const own = groupOf(paneKey(place).partition);
      const exact = own.get(`${shard}/${sortableMicros(start)}`);
      if (exact !== undefined && exact.end === span.end) return [exact];
      return [...own.values()].filter((pane) => overlap(pane, span));
    },
    putPanes: async (panes) => {
      for (const pane of panes) {
        const { partition, sort } = paneKey(pane);
        groupOf(partition).set(sort, pane);
      }
    },
    removePanes: async (panes) => {
      for (const pane of panes) groupOf(paneKey(pane).partition).delete(paneKey(pane).sort);
    },
    putMarks: async () => undefined,
    dueMarks: async () => [],
    removeMarks: async () => undefined,
    openMarks: async () => 0,
    results: async () => [],
    resultsBefore: async () => [],
    putResults: async () => undefined,
    closer: async () => closer,
    moveCloser: async (_dataset, _turn, next) => {
      closer = next;
      return 'written';
    },
  };
};
