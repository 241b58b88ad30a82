import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import {
  encodeCloser,
  encodeMark,
  encodePane,
  encodeResult,
  encodeShard,
  firstCloser,
  firstEnding,
  groupKey,
  overlap,
  type Pane,
  parseCloser,
  parseMark,
  parsePane,
  parseResult,
  parseShard,
  sortableMicros,
  type WindowStore,
} from '../core/windows/index.ts';
import { calling } from './aws-errors.ts';
import type { Item } from './ledger-items.ts';
import { getItem, putGuarded, type Table } from './ledger-table.ts';
import { bodyOf, forEach, keys, LAST, never, query } from './window-items.ts';

/**
 * Panes of a shard that end before a place and are read all the same: a session that was swallowed
 * by a longer one may lie in front of it for as long as a crash is not repeated.
 */
const lookback = 4;
const SEQUENCE_DIGITS = 130;
/** Pages of open windows that are counted: of more than these it is enough to know so many. */
const countedPagesMax = 4;

const panesOfShard = async (
  table: Table,
  { series, group, span }: Parameters<WindowStore['panes']>[0],
  shard: string,
): Promise<readonly Pane[]> => {
  const first = `${shard}/${sortableMicros(span.start)}`;
  const isBefore = (item: Item): boolean => (item.sk?.S ?? '') <= first;
  const items = await query(
    table,
    {
      pk: `PANES#${series}/${groupKey(group)}`,
      from: `${shard}/`,
      to: `${shard}/${sortableMicros(span.end - 1n)}`,
      ...{ forward: false, pageSize: lookback * 2 },
    },
    (found) => found.filter(isBefore).length >= lookback,
    `read panes of ${series}`,
  );
  return items.map((item) => parsePane(bodyOf(item))).filter((pane) => overlap(pane, span));
};

const putPane = async ({ client, name }: Table, pane: Pane): Promise<void> => {
  const through = pane.through.toString().padStart(SEQUENCE_DIGITS, '0');
  const body = JSON.stringify(encodePane(pane));
  const input = {
    TableName: name,
    Item: { ...keys.pane(pane), ...marshall({ body, through }) },
    ConditionExpression: 'attribute_not_exists(pk) OR #through <= :through',
    ExpressionAttributeNames: { '#through': 'through' },
    ExpressionAttributeValues: marshall({ ':through': through }),
  };
  await unlessRefused(`put a pane of ${pane.series}`, () => client.send(new PutItemCommand(input)));
};

/** Does what may be refused, which is as good: another did more than that. */
const unlessRefused = async (doing: string, write: () => Promise<unknown>): Promise<void> => {
  await calling(doing, async () => {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  });
};

const remove = async ({ client, name }: Table, key: Item, doing: string): Promise<unknown> =>
  calling(doing, () => client.send(new DeleteItemCommand({ TableName: name, Key: key })));

const put = async ({ client, name }: Table, item: Item, doing: string): Promise<unknown> =>
  calling(doing, () => client.send(new PutItemCommand({ TableName: name, Item: item })));

/** How far the shards have come, and what they know. */
const shardsIn = (
  table: Table,
): Pick<WindowStore, 'shards' | 'moveShard' | 'panes' | 'putPanes' | 'removePanes'> => ({
  shards: async (series) => {
    const range = { pk: `SHARDS#${series}`, from: ' ', to: LAST, forward: true };
    const items = await query(table, range, never, `read shards of ${series}`);
    return items.map((item) => parseShard(bodyOf(item)));
  },
  moveShard: async (from, to) => {
    const body = JSON.stringify(encodeShard(to));
    const guard =
      from === null
        ? { condition: 'attribute_not_exists(pk)', values: {} }
        : { condition: '#body = :body', values: { body: JSON.stringify(encodeShard(from)) } };
    const item = { ...keys.shard(to.series, to.shard), ...marshall({ body }) };
    const written = await putGuarded(table, item, guard, `move ${to.shard} of ${to.series}`);
    if (written.kind === 'written') return 'written';
    // Our own write may stand there: its reply was lost, and the SDK has said it again.
    return written.found?.body?.S === body ? 'written' : 'fenced';
  },
  panes: async (place, shards) => {
    const found: Pane[] = [];
    await forEach(shards, async (shard) => {
      found.push(...(await panesOfShard(table, place, shard)));
    });
    return found;
  },
  putPanes: (panes) => forEach(panes, (pane) => putPane(table, pane)),
  removePanes: (panes) =>
    forEach(panes, (pane) => remove(table, keys.pane(pane), `remove a pane of ${pane.series}`)),
});

/** Windows that may come to something else than was published. */
const marksIn = (
  table: Table,
): Pick<WindowStore, 'putMarks' | 'dueMarks' | 'removeMarks' | 'openMarks'> => ({
  putMarks: (marks) =>
    forEach(marks, (mark) => {
      const body = JSON.stringify(encodeMark(mark));
      const item = { ...keys.mark(mark), ...marshall({ body, stamp: mark.stamp }) };
      return put(table, item, `put a mark of ${mark.series}`);
    }),
  dueMarks: async ({ series, watermark, endless, limit }) => {
    const from = endless ? sortableMicros(-(2n ** 63n)) : firstEnding;
    const to = watermark === null ? `${firstEnding}` : `${sortableMicros(watermark)}/${LAST}`;
    if (to < from) return [];
    const range = { pk: `MARKS#${series}`, from, to, forward: true, pageSize: limit };
    const items = await query(
      table,
      range,
      (found) => found.length >= limit,
      `read marks of ${series}`,
    );
    return items.slice(0, limit).map((item) => parseMark(bodyOf(item)));
  },
  removeMarks: (marks) =>
    forEach(marks, (mark) =>
      unlessRefused(`remove a mark of ${mark.series}`, () =>
        table.client.send(
          new DeleteItemCommand({
            ...{ TableName: table.name, Key: keys.mark(mark) },
            ConditionExpression: '#stamp = :stamp',
            ExpressionAttributeNames: { '#stamp': 'stamp' },
            ExpressionAttributeValues: marshall({ ':stamp': mark.stamp }),
          }),
        ),
      ),
    ),
  openMarks: async (series) => {
    const { client, name } = table;
    let [count, start]: [number, Item | undefined] = [0, undefined];
    for (let page = 0; page < countedPagesMax; page += 1) {
      const input: QueryCommandInput = {
        ...{ TableName: name, Select: 'COUNT' },
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': 'pk' },
        ExpressionAttributeValues: marshall({ ':pk': `MARKS#${series}` }),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      };
      const reply: QueryCommandOutput = await calling(`count marks of ${series}`, () =>
        client.send(new QueryCommand(input)),
      );
      count += reply.Count ?? 0;
      start = reply.LastEvaluatedKey;
      if (start === undefined) break;
    }
    return count;
  },
});

/** What windows came to. */
const resultsIn = (
  table: Table,
): Pick<WindowStore, 'results' | 'resultsBefore' | 'putResults'> => ({
  results: async ({ series, group, span }, kind, limit) => {
    const range = {
      pk: `RESULTS#${series}/${groupKey(group)}`,
      from: `${kind}/${sortableMicros(span.start)}`,
      to: `${kind}/${sortableMicros(span.end - 1n)}`,
      ...{ forward: true, pageSize: limit },
    };
    const isEnough = (found: readonly Item[]): boolean => found.length >= limit;
    const items = await query(table, range, isEnough, `read results of ${series}`);
    return items.slice(0, limit).map((item) => parseResult(bodyOf(item)));
  },
  resultsBefore: async ({ series, group, start }, limit) => {
    const range = {
      pk: `RESULTS#${series}/${groupKey(group)}`,
      ...{ from: 'window/', to: `window/${sortableMicros(start - 1n)}` },
      ...{ forward: false, pageSize: limit },
    };
    const isEnough = (found: readonly Item[]): boolean => found.length >= limit;
    const items = await query(table, range, isEnough, `read results of ${series}`);
    return items.slice(0, limit).map((item) => parseResult(bodyOf(item)));
  },
  putResults: (results) =>
    forEach(results, (result) => {
      const body = JSON.stringify(encodeResult(result));
      const { version } = result;
      return putGuarded(
        table,
        { ...keys.result(result), ...marshall({ body, version }) },
        { condition: 'attribute_not_exists(pk) OR #version <= :version', values: { version } },
        `put a result of ${result.series}`,
      );
    }),
});

/** Who closes the windows of a dataset. */
const closersIn = (table: Table): Pick<WindowStore, 'closer' | 'moveCloser'> => ({
  closer: async (dataset) => {
    const item = await getItem(table, keys.closer(dataset), `read the closer of ${dataset}`);
    return item === undefined ? firstCloser : parseCloser(bodyOf(item));
  },
  moveCloser: async (dataset, turn, closer) => {
    const guard =
      turn === 0
        ? { condition: 'attribute_not_exists(pk)', values: {} }
        : { condition: '#turn = :turn', values: { turn } };
    const body = JSON.stringify(encodeCloser(closer));
    const item = { ...keys.closer(dataset), ...marshall({ body, turn: closer.turn }) };
    const written = await putGuarded(table, item, guard, `move the closer of ${dataset}`);
    if (written.kind === 'written') return 'written';
    return written.found?.body?.S === body ? 'written' : 'fenced';
  },
});

/** One table of their own: shards, panes, marks and results of all series, and the closers. */
export const dynamoWindows = (table: Table): WindowStore => ({
  ...{ ...shardsIn(table), ...marksIn(table) },
  ...{ ...resultsIn(table), ...closersIn(table) },
});
