import { limits } from '../limits.ts';
import { unmarshalled } from './attributes.ts';
import { dynamodbMicros, dynamodbOrder } from './change-order.ts';
import { type OpenObject, objectIn, readObject, rowLine, textIn, valueIn } from './object.ts';
import { type ChangeOp, type Opened, openedRow, type RowMeta, refusedAs } from './opened.ts';

const ops: ReadonlyMap<string, ChangeOp> = new Map([
  ['INSERT', 'insert'],
  ['MODIFY', 'update'],
  ['REMOVE', 'delete'],
]);

/**
 * A change of a DynamoDB table, as the table sends it to Kinesis: the row is the new image as plain
 * JSON, of a deleted item the old one, or its keys where the stream carries no more.
 */
export const openDynamodb = (payload: Uint8Array, keepsControls: boolean): Opened => {
  const found = readObject(payload, limits.envelopeDepthMax);
  if (found.kind === 'refused') return found;
  const change = objectIn(found.object, 'dynamodb');
  if (change.kind === 'refused') return change;
  const told = textIn(found.object, 'eventName');
  if (told === undefined) return refusedAs('E_ENVELOPE');
  const op = ops.get(told);
  if (op === undefined) return refusedAs('E_CDC_OP');
  const order = dynamodbOrder(change.object);
  if (order === undefined) return refusedAs('E_ENVELOPE');
  const id = textIn(found.object, 'eventID') ?? null;
  const micros = dynamodbMicros(change.object) ?? null;
  const meta = { kind: 'change', op, order, micros, id } as const;
  return openImage(imageOf(change.object, op), meta, keepsControls);
};

const imageOf = (change: OpenObject, op: ChangeOp): Uint8Array | undefined =>
  op === 'delete'
    ? (valueIn(change, 'OldImage') ?? valueIn(change, 'Keys'))
    : valueIn(change, 'NewImage');

const openImage = (
  image: Uint8Array | undefined,
  meta: RowMeta,
  keepsControls: boolean,
): Opened => {
  if (image === undefined) return refusedAs('E_CDC_OP');
  const row = unmarshalled(image);
  if (row.kind === 'refused') return row;
  return openedRow(rowLine(row.line, keepsControls), meta);
};
