import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type LedgerPages,
  type Looked,
  mergedPage,
  type PageQuery,
} from '../core/operate/pages.ts';
import { isoTime } from '../core/time.ts';
import { calling } from './aws-errors.ts';
import { fileStatus, type Item, runStatus, statusIndex, toFile, toRun } from './ledger-items.ts';
import type { Table } from './ledger-table.ts';

/** Entries of one state that one page looks at where most are of other datasets. */
const lookedMax = 500;

/** The lists of the ledger page by page, read from the index, hence a little late. */
export const ledgerPages = (table: Table): LedgerPages => ({
  runsPage: async (query) => {
    const { entries, next } = await page(table, query, { status: runStatus, newestFirst: true });
    return { runs: entries.map(toRun), next };
  },
  filesPage: async (query) => {
    const { entries, next } = await page(table, query, { status: fileStatus, newestFirst: false });
    return { files: entries.map(toFile), next };
  },
});

type Listing<State> = {
  readonly status: (state: State) => string;
  readonly newestFirst: boolean;
};

const page = async <State>(
  table: Table,
  query: PageQuery<State>,
  { status, newestFirst }: Listing<State>,
) => {
  const range = rangeOf(query, newestFirst);
  // DynamoDB refuses a range that is none.
  if (range.from > range.to) return { entries: [], next: null };
  const states = await Promise.all(
    query.states.map((state) => look(table, query, { ...range, newestFirst }, status(state))),
  );
  return mergedPage(states, { limit: query.limit, newestFirst });
};

type Range = { readonly from: string; readonly to: string };

/** Before and after any time that is written out. */
const first = '0';
const last = '~';

/** Both ends count in; a place begins with its time, and is longer than a time alone. */
const rangeOf = <State>({ since, until, after }: PageQuery<State>, newestFirst: boolean): Range => {
  const from = since === null ? first : isoTime(since);
  const to = until === null ? last : isoTime(until);
  if (after === null) return { from, to };
  return newestFirst
    ? { from, to: after < to ? after : to }
    : { from: after > from ? after : from, to };
};

const look = async <State>(
  table: Table,
  { dataset, after, limit }: PageQuery<State>,
  { from, to, newestFirst }: Range & { readonly newestFirst: boolean },
  status: string,
): Promise<Looked<Item>> => {
  const reply = await calling(`list ${status}`, () =>
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: statusIndex,
        KeyConditionExpression: '#status = :status AND #at BETWEEN :from AND :to',
        ...(dataset === undefined ? {} : { FilterExpression: '#dataset = :dataset' }),
        ExpressionAttributeNames: {
          ...{ '#status': 'status', '#at': 'at' },
          ...(dataset === undefined ? {} : { '#dataset': 'dataset' }),
        },
        ExpressionAttributeValues: marshall({
          ...{ ':status': status, ':from': from, ':to': to },
          ...(dataset === undefined ? {} : { ':dataset': dataset }),
        }),
        ScanIndexForward: !newestFirst,
        // The entry that the page before ended with, and one that tells whether there are more.
        Limit: dataset === undefined ? limit + 2 : lookedMax,
      }),
    ),
  );
  const found = (reply.Items ?? []).map((entry) => ({ at: atOf(entry), entry }));
  const { LastEvaluatedKey: end } = reply;
  const upTo = end === undefined ? null : atOf(end);
  return { found: found.filter(({ at }) => at !== after), upTo };
};

const atOf = (item: Item): string => String(unmarshall(item).at);
