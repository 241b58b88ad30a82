import {
  type AttributeValue,
  BatchWriteItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Change, compareChanges, type Entity, positionOf } from '../core/entities/change.ts';
import { rounds } from '../core/entities/rounds.ts';
import { TransientError } from '../core/errors.ts';
import type { ChangePage, Entities } from '../core/ports.ts';
import { calling } from './aws-errors.ts';
import type { Item } from './ledger-items.ts';
import type { Table } from './ledger-table.ts';

/** Puts of one request, and requests at a time. */
const batchMax = 25;
const requestsMax = 8;
/** A throttled table gives back what it did not write; after this many times the caller waits. */
const triesMax = 10;
/** Items of one page of a walk through a dataset. */
const pageItems = 500;
/** A filter may pass over whole pages; a history of more is asked for by its parts. */
const pagesMax = 1_000;
/** The first two digits of a key’s hash: a dataset’s writes go to as many partitions. */
const partitions = 256;

const partitionOf = (dataset: string, keyHash: string): string =>
  `${dataset}#${keyHash.slice(0, 2)}`;

/** All changes of a key stand beside each other, in their order. */
const nameOf = (change: Change): string => `${change.keyHash}#${positionOf(change)}`;
/** Less and more than all names of a key: the separator, and the character behind it. */
const bounds = (keyHash: string) => ({ from: `${keyHash}#`, to: `${keyHash}$` });

export const changeItem = (change: Change): Item => ({
  ...marshall(change),
  pk: { S: partitionOf(change.dataset, change.keyHash) },
  sk: { S: nameOf(change) },
});

/** Items are outside data like any other: another version of the code may have written them. */
export const toChange = (item: Readonly<Record<string, AttributeValue>>): Change =>
  Change.parse(unmarshall(item));

/** One item per change, in a table of their own. */
export const dynamoEntities = (table: Table): Entities => ({
  append: async (changes) => {
    for (const round of rounds(changes.toSorted(compareChanges), ofKey))
      await inTurns(batches(round), (batch) => putAll(table, batch));
  },
  history: async (entity, made, { after, limit }) => {
    const { from, to } = bounds(entity.keyHash);
    const start = after === null ? from : `${entity.keyHash}#${after}`;
    const own = { entity, from: start, to, made, limit, newestFirst: false };
    const changes = await found(table, own);
    // The key it starts behind is not among them: names are compared exclusively below.
    const last = changes.length === limit ? changes.at(-1) : undefined;
    return { changes, next: last === undefined ? null : positionOf(last) };
  },
  newest: async (entity, at) => await newest(table, entity, at),
  states: async (dataset, after, at) => await states(table, dataset, after, at),
});

const ofKey = ({ dataset, keyHash }: Change): string => `${dataset}#${keyHash}`;

const batches = (changes: readonly Change[]): readonly (readonly Change[])[] =>
  Array.from({ length: Math.ceil(changes.length / batchMax) }, (_, at) =>
    changes.slice(at * batchMax, (at + 1) * batchMax),
  );

const inTurns = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let at = 0; at < items.length; at += requestsMax)
    await Promise.all(items.slice(at, at + requestsMax).map(work));
};

const putAll = async ({ client, name }: Table, changes: readonly Change[]): Promise<void> => {
  let left: WriteRequest[] = changes.map((change) => ({
    PutRequest: { Item: changeItem(change) },
  }));
  for (let turn = 0; turn < triesMax && left.length > 0; turn += 1) {
    const reply = await calling('keep changes', () =>
      client.send(new BatchWriteItemCommand({ RequestItems: { [name]: left } })),
    );
    left = reply.UnprocessedItems?.[name] ?? [];
  }
  if (left.length > 0) throw new TransientError(`keep changes: ${left.length} are not written`);
};

type Walk = {
  readonly entity: Entity;
  readonly from: string;
  readonly to: string;
  readonly made: { readonly from?: number; readonly to?: number };
  readonly limit: number;
  readonly newestFirst: boolean;
};

/** Changes of a key between two names, both left out, that were made in a time. */
const found = async (table: Table, walk: Walk): Promise<readonly Change[]> => {
  const { entity, made, limit, newestFirst } = walk;
  const filter = [
    ...(made.from === undefined ? [] : ['#at >= :madeFrom']),
    ...(made.to === undefined ? [] : ['#at <= :madeTo']),
  ].join(' AND ');
  const query = {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: marshall({
      ':pk': partitionOf(entity.dataset, entity.keyHash),
      // BETWEEN takes its ends in; a name never ends in a space, which is less than all others.
      ...{ ':from': `${walk.from} `, ':to': walk.to },
      ...(made.from === undefined ? {} : { ':madeFrom': made.from }),
      ...(made.to === undefined ? {} : { ':madeTo': made.to }),
    }),
    ...(filter === ''
      ? {}
      : { FilterExpression: filter, ExpressionAttributeNames: { '#at': 'at' } }),
    ScanIndexForward: !newestFirst,
    Limit: filter === '' ? limit : pageItems,
  };
  const changes: Change[] = [];
  let from: Item | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const reply = await queried(table, { ...query, ExclusiveStartKey: from });
    changes.push(...(reply.Items ?? []).map(toChange));
    from = reply.LastEvaluatedKey;
    if (from === undefined || changes.length >= limit) return changes.slice(0, limit);
  }
  throw new TransientError(`a key has more than ${pagesMax * pageItems} changes; ask for fewer`);
};

const queried = ({ client, name }: Table, input: Omit<QueryCommandInput, 'TableName'>) =>
  calling('read changes', () =>
    client.send(new QueryCommand({ TableName: name, ConsistentRead: true, ...input })),
  );

const newest = async (table: Table, entity: Entity, at?: number): Promise<Change | undefined> => {
  const made = at === undefined ? {} : { to: at };
  const all = { entity, ...bounds(entity.keyHash), made, limit: 1, newestFirst: true };
  return (await found(table, all))[0];
};

/** `after` is `<partition>/<name>`: how far the walk through the partitions has come. */
const states = async (
  table: Table,
  dataset: Change['dataset'],
  after: string | null,
  at?: number,
): Promise<ChangePage> => {
  const [partition = '00', from = ''] = after?.split('/', 2) ?? [];
  const reply = await queried(table, {
    KeyConditionExpression: `pk = :pk${from === '' ? '' : ' AND sk > :from'}`,
    ExpressionAttributeValues: marshall({
      ':pk': partitionOf(dataset, partition),
      ...(from === '' ? {} : { ':from': from }),
    }),
    Limit: pageItems,
  });
  const items = (reply.Items ?? []).map(toChange);
  const last = reply.LastEvaluatedKey === undefined ? undefined : items.at(-1);
  // Of the last key of a page there may be more: it is asked for by itself, and passed.
  const whole = items.filter(({ keyHash }) => keyHash !== last?.keyHash);
  const changes = lastOfEach(whole.filter((change) => at === undefined || change.at <= at));
  const cut = last === undefined ? undefined : await newest(table, last, at);
  return {
    changes: cut === undefined ? changes : [...changes, cut],
    next: last === undefined ? following(partition) : `${partition}/${bounds(last.keyHash).to}`,
  };
};

/** They come in the order of their names, so that the last of a key is its newest. */
const lastOfEach = (changes: readonly Change[]): readonly Change[] => [
  ...new Map(changes.map((change) => [change.keyHash, change])).values(),
];

const following = (partition: string): string | null => {
  const next = Number.parseInt(partition, 16) + 1;
  return next === partitions ? null : `${next.toString(16).padStart(2, '0')}/`;
};
