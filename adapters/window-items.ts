import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { TransientError } from '../core/errors.ts';
import { markKey, type Pane, paneKey, resultKey } from '../core/windows/index.ts';
import { calling } from './aws-errors.ts';
import type { Item } from './ledger-items.ts';
import type { Table } from './ledger-table.ts';

/** Requests at a time: enough to hide latency, fewer than the SDK has sockets. */
const atOnce = 32;
/** Pages of one query; a page is a megabyte. */
const pagesMax = 100;

const keyed = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });
const Body = z.looseObject({ body: z.string(), sk: z.string() });
/** What an item says. */
export const bodyOf = (item: Item): unknown => JSON.parse(Body.parse(unmarshall(item)).body);

/** Primary keys of everything in the table. */
export const keys = {
  shard: (series: string, shard: string): Item => keyed(`SHARDS#${series}`, shard),
  pane: (pane: Pick<Pane, 'series' | 'group' | 'shard' | 'start'>): Item => {
    const { partition, sort } = paneKey(pane);
    return keyed(`PANES#${partition}`, sort);
  },
  mark: (mark: Parameters<typeof markKey>[0]): Item => {
    const { partition, sort } = markKey(mark);
    return keyed(`MARKS#${partition}`, sort);
  },
  result: (result: Parameters<typeof resultKey>[0]): Item => {
    const { partition, sort } = resultKey(result);
    return keyed(`RESULTS#${partition}`, sort);
  },
  closer: (dataset: string): Item => keyed(`CLOSER#${dataset}`, 'CLOSER'),
} as const;

/** Works on all of them, a few at a time, and waits for every one before it complains of any. */
export const forEach = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>) => {
  for (let at = 0; at < items.length; at += atOnce) {
    const done = await Promise.allSettled(items.slice(at, at + atOnce).map(work));
    const failed = done.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
};

type Range = {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly forward: boolean;
  readonly pageSize?: number;
};

/** Bodies in the order of their sort keys, until `isEnough`. */
export const query = async (
  { client, name }: Table,
  { pk, from, to, forward, pageSize }: Range,
  isEnough: (items: readonly Item[]) => boolean,
  doing: string,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const input: QueryCommandInput = {
      ...{ TableName: name, ConsistentRead: true, ScanIndexForward: forward },
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: marshall({ ':pk': pk, ':from': from, ':to': to }),
      ...(pageSize === undefined ? {} : { Limit: pageSize }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    };
    const reply = await calling(doing, () => client.send(new QueryCommand(input)));
    items.push(...(reply.Items ?? []));
    start = reply.LastEvaluatedKey;
    if (start === undefined || isEnough(items)) return items;
  }
  throw new TransientError(`${doing}: more than ${pagesMax} pages`);
};

/** Reads to the end. */
export const never = (): boolean => false;
/** Behind every key that begins with what stands before it. */
export const LAST = '\u{10ffff}';
