import {
  BatchGetItemCommand,
  type CancellationReason,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Kernel, Worker } from '../kernel.ts';
import { refusal } from './errors.ts';
import { type Bindings, holds, type Item, updated } from './expression.ts';

type Guarded = {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
};

/** Told of every change of an item, for what must always hold. */
export type OnChange = (key: string, before: Item | undefined, after: Item | undefined) => void;

const bindingsOf = (of: Guarded): Bindings => ({
  names: of.ExpressionAttributeNames ?? {},
  values: of.ExpressionAttributeValues ?? {},
});

const keyOf = (key: Item | undefined): string => `${key?.pk?.S} ${key?.sk?.S}`;

/** One table in memory, as DynamoDB answers: conditions, transactions, what stood there before. */
export class SimulatedTable {
  readonly items = new Map<string, Item>();
  readonly #onChange: OnChange;

  constructor(onChange: OnChange) {
    this.#onChange = onChange;
  }

  #set(key: string, item: Item | undefined): void {
    this.#onChange(key, this.items.get(key), item);
    if (item === undefined) this.items.delete(key);
    else this.items.set(key, item);
  }

  #guard(key: string, of: Guarded): void {
    const found = this.items.get(key);
    if (holds(of.ConditionExpression, found, bindingsOf(of))) return;
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: { httpStatusCode: 400 },
      ...(found === undefined ? {} : { Item: found }),
    });
  }

  get({ input }: GetItemCommand) {
    const found = this.items.get(keyOf(input.Key));
    return found === undefined ? {} : { Item: found };
  }

  batchGet({ input }: BatchGetItemCommand) {
    const found = Object.entries(input.RequestItems ?? {}).map(([table, { Keys = [] }]) => [
      table,
      Keys.map((key) => this.items.get(keyOf(key))).filter((item) => item !== undefined),
    ]);
    return { Responses: Object.fromEntries(found) };
  }

  put(input: PutItemCommand['input']) {
    const key = keyOf(input.Item);
    this.#guard(key, input);
    this.#set(key, input.Item);
    return {};
  }

  update(input: UpdateItemCommand['input']) {
    const key = keyOf(input.Key);
    this.#guard(key, input);
    const before = this.items.get(key) ?? { ...input.Key };
    this.#set(key, updated(before, input.UpdateExpression ?? '', bindingsOf(input)));
    return {};
  }

  delete(input: DeleteItemCommand['input']) {
    const key = keyOf(input.Key);
    this.#guard(key, input);
    this.#set(key, undefined);
    return {};
  }

  transact({ input }: TransactWriteItemsCommand) {
    const actions = input.TransactItems ?? [];
    const reasons: CancellationReason[] = actions.map((action) => {
      const of = action.Put ?? action.Update ?? action.Delete ?? action.ConditionCheck;
      if (of === undefined) throw new Error('DynamoDB: an action without an operation');
      const key = keyOf('Item' in of ? of.Item : 'Key' in of ? of.Key : undefined);
      const isMet = holds(of.ConditionExpression, this.items.get(key), bindingsOf(of));
      return { Code: isMet ? 'None' : 'ConditionalCheckFailed' };
    });
    if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
    for (const { Put, Update, Delete } of actions) {
      if (Put?.Item !== undefined) this.put({ ...Put, Item: Put.Item });
      if (Update !== undefined) this.update(Update);
      if (Delete !== undefined) this.delete(Delete);
    }
    return {};
  }

  /** The table or its index `byStatus`, in the order of their sort key. */
  query({ input }: QueryCommand) {
    const bindings = bindingsOf(input);
    const sort = input.IndexName === undefined ? 'sk' : 'at';
    const found = [...this.items.values()]
      .filter((item) => item[sort] !== undefined)
      .filter((item) => holds(input.KeyConditionExpression, item, bindings))
      .sort((a, b) => ((a[sort]?.S ?? '') < (b[sort]?.S ?? '') ? -1 : 1));
    if (input.ScanIndexForward === false) found.reverse();
    const page = found.slice(0, input.Limit ?? found.length);
    const last = page.at(-1);
    return {
      Items: page.filter((item) => holds(input.FilterExpression, item, bindings)),
      ...(page.length < found.length && last ? { LastEvaluatedKey: last } : {}),
    };
  }
}

const cancelled = (reasons: CancellationReason[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: reasons,
  });

/** The client of one worker: each command is an effect of it. */
export const dynamoOf = (kernel: Kernel, worker: Worker, table: SimulatedTable): DynamoDBClient => {
  const effect = (name: string, isWrite: boolean, apply: () => object): Promise<object> =>
    kernel.effect<object>(worker, {
      site: `dynamo.${name}`,
      ...{ isWrite, apply },
      throttled: () => {
        if (name === 'TransactWriteItems' && kernel.random.chance(0.5))
          throw cancelled([{ Code: 'TransactionConflict' }]);
        throw refusal('ProvisionedThroughputExceededException', 400);
      },
      lost: () => {
        throw refusal('TimeoutError', undefined);
      },
    });
  const send = (command: unknown): Promise<object> => {
    if (command instanceof GetItemCommand)
      return effect('GetItem', false, () => table.get(command));
    if (command instanceof BatchGetItemCommand)
      return effect('BatchGetItem', false, () => table.batchGet(command));
    if (command instanceof QueryCommand) return effect('Query', false, () => table.query(command));
    if (command instanceof PutItemCommand)
      return effect('PutItem', true, () => table.put(command.input));
    if (command instanceof UpdateItemCommand)
      return effect('UpdateItem', true, () => table.update(command.input));
    if (command instanceof DeleteItemCommand)
      return effect('DeleteItem', true, () => table.delete(command.input));
    if (command instanceof TransactWriteItemsCommand)
      return effect('TransactWriteItems', true, () => table.transact(command));
    throw new Error('DynamoDB: a command that the simulator does not know');
  };
  return Object.assign(Object.create(DynamoDBClient.prototype), { send });
};
