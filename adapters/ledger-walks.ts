import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerWalks } from '../core/ports.ts';
import { firstMarker } from '../core/reconcile/marker.ts';
import { calling } from './aws-errors.ts';
import {
  cursorItem,
  type Item,
  itemKeys,
  runStatus,
  statusIndex,
  toCursor,
  toFile,
  toRun,
} from './ledger-items.ts';
import { getItem, getItems, putGuarded, type Table } from './ledger-table.ts';

/** Items that DynamoDB reads in one request. */
const batchMax = 100;

/** What reconcile reads. Pages come from the index: a little late, and looked at again. */
export const ledgerWalks = (table: Table): LedgerWalks => ({
  files: async (fileIds) => {
    const items: Item[] = [];
    for (let at = 0; at < fileIds.length; at += batchMax) {
      const keys = fileIds.slice(at, at + batchMax).map(itemKeys.file);
      items.push(...(await getItems(table, keys, 'read files of landing')));
    }
    return items.map(toFile);
  },
  runsIn: async ({ state, after, limit }) => {
    const page = { status: runStatus(state), after, limit, newestFirst: false };
    const { items, next } = await statusPage(table, page);
    return { runs: items.map(toRun), next };
  },
  cursor: async () => {
    const item = await getItem(table, itemKeys.cursor(), 'read the cursor of reconcile');
    return item === undefined ? { marker: firstMarker, turn: 0 } : toCursor(item);
  },
  moveCursor: async ({ turn }, marker) => {
    const guard =
      turn === 0
        ? { condition: 'attribute_not_exists(pk)', values: {} }
        : { condition: '#turn = :turn', values: { turn } };
    const item = cursorItem({ marker, turn: turn + 1 });
    const doing = 'move the cursor of reconcile';
    return (await putGuarded(table, item, guard, doing)).kind === 'written' ? 'written' : 'fenced';
  },
});

type StatusPage = {
  readonly status: string;
  readonly after: string | null;
  readonly limit: number;
  readonly newestFirst: boolean;
};

/** One page of the index behind a key of its own; that key is all a caller has to keep. */
export const statusPage = async (
  table: Table,
  { status, after, limit, newestFirst }: StatusPage,
): Promise<{ items: readonly Item[]; next: string | null }> => {
  const behind = after === null ? '' : ` AND #at ${newestFirst ? '<' : '>'} :after`;
  const reply = await calling(`list ${status}`, () =>
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: statusIndex,
        KeyConditionExpression: `#status = :status${behind}`,
        ExpressionAttributeNames: {
          '#status': 'status',
          ...(after === null ? {} : { '#at': 'at' }),
        },
        ExpressionAttributeValues: marshall({
          ':status': status,
          ...(after === null ? {} : { ':after': after }),
        }),
        ScanIndexForward: !newestFirst,
        Limit: limit,
      }),
    ),
  );
  const items = reply.Items ?? [];
  const last = items.at(-1);
  const more = reply.LastEvaluatedKey !== undefined && last !== undefined;
  return { items, next: more ? String(unmarshall(last).at) : null };
};
