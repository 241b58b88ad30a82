import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { TransientError } from '../core/errors.ts';
import { calling, cancellationCodes, classified } from './aws-errors.ts';
import type { Item } from './ledger-items.ts';

/** The ledger's table and how it is reached. */
export type Table = { readonly client: DynamoDBClient; readonly name: string };

/** A write that happens only where `condition` holds. Names and values as DynamoDB wants them. */
export type Guarded = {
  readonly key: Item;
  /** Attributes to set, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Over `#name` and `:name`; every `#name` is declared by itself. */
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
};

/**
 * Refused writes return what stands there, so that our own earlier write can be told from
 * another's.
 */
export type GuardedResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly found: Item | undefined };

const pagesOfBatchMax = 10;

/** Reads one item as it is now: an eventually consistent read could miss our own claim. */
export const getItem = async (table: Table, key: Item, doing: string): Promise<Item | undefined> =>
  calling(doing, async () => {
    const input = { TableName: table.name, Key: key, ConsistentRead: true };
    return (await table.client.send(new GetItemCommand(input))).Item;
  });

/** Reads up to 100 items as they are now, in any order. */
export const getItems = async (
  table: Table,
  keys: readonly Item[],
  doing: string,
): Promise<Item[]> => {
  const items: Item[] = [];
  let left: Item[] = [...keys];
  for (let page = 0; left.length > 0; page += 1) {
    if (page === pagesOfBatchMax) throw new TransientError(`${doing}: ${left.length} items unread`);
    const request = { [table.name]: { Keys: left, ConsistentRead: true } };
    const reply = await calling(doing, () =>
      table.client.send(new BatchGetItemCommand({ RequestItems: request })),
    );
    items.push(...(reply.Responses?.[table.name] ?? []));
    left = reply.UnprocessedKeys?.[table.name]?.Keys ?? [];
  }
  return items;
};

/** Puts an item where `condition` holds. */
export const putGuarded = async (
  table: Table,
  item: Item,
  { condition, values }: Pick<Guarded, 'condition' | 'values'>,
  doing: string,
): Promise<GuardedResult> =>
  guarded(doing, () =>
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: item,
        ConditionExpression: condition,
        ...expressionOf({}, condition, values),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );

/** Updates an item where its condition holds. */
export const updateGuarded = async (
  table: Table,
  update: Guarded,
  doing: string,
): Promise<GuardedResult> =>
  guarded(doing, () =>
    table.client.send(
      new UpdateItemCommand({
        ...updateInput(table, update),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );

/** One update as an action of a transaction. */
export const updateAction = (table: Table, update: Guarded): TransactWriteItem => ({
  Update: updateInput(table, update),
});

/** Puts an item that must not exist yet, as an action of a transaction. */
export const createAction = (table: Table, item: Item): TransactWriteItem => ({
  Put: { TableName: table.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
});

/**
 * Writes all or nothing. `refused` means that a condition did not hold; a transaction that only
 * collided with another throws TransientError, since it may pass the next time.
 */
export const transact = async (
  table: Table,
  actions: readonly TransactWriteItem[],
  doing: string,
): Promise<'written' | 'refused'> => {
  try {
    await table.client.send(new TransactWriteItemsCommand({ TransactItems: [...actions] }));
    return 'written';
  } catch (error) {
    const cancelled = error instanceof TransactionCanceledException;
    if (cancelled && cancellationCodes(error).includes('ConditionalCheckFailed')) return 'refused';
    throw classified(error, doing);
  }
};

const guarded = async (doing: string, write: () => Promise<unknown>): Promise<GuardedResult> => {
  try {
    await write();
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException)
      return { kind: 'refused', found: error.Item };
    throw classified(error, doing);
  }
};

const updateInput = (table: Table, { key, set, condition, values }: Guarded) => ({
  TableName: table.name,
  Key: key,
  UpdateExpression: `SET ${Object.keys(set)
    .map((name) => `#${name} = :set_${name}`)
    .join(', ')}`,
  ConditionExpression: condition,
  ...expressionOf(set, condition, values),
});

/** Every attribute goes by a `#name`, so that none can be one of DynamoDB's reserved words. */
const expressionOf = (
  set: Guarded['set'],
  condition: string,
  values: Guarded['values'],
): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
} => {
  const inCondition = [...condition.matchAll(/#(\w+)/g)].flatMap(([, name]) => name ?? []);
  const names = [...new Set([...Object.keys(set), ...inCondition])];
  const all: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(set)) all[`:set_${name}`] = value;
  for (const [name, value] of Object.entries(values)) all[`:${name}`] = value;
  return {
    ...(names.length === 0
      ? {}
      : { ExpressionAttributeNames: Object.fromEntries(names.map((n) => [`#${n}`, n])) }),
    ...(Object.keys(all).length === 0 ? {} : { ExpressionAttributeValues: marshall(all) }),
  };
};
