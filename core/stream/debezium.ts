import { skipBlanks } from '../json/text.ts';
import { limits } from '../limits.ts';
import { debeziumMicros, debeziumOrder } from './change-order.ts';
import {
  cursorOf,
  type OpenObject,
  objectIn,
  type ReadObject,
  readObject,
  rowLine,
  textIn,
  valueIn,
} from './object.ts';
import { type ChangeOp, type Opened, openedRow, refusedAs } from './opened.ts';

const ops: ReadonlyMap<string, ChangeOp> = new Map([
  ['c', 'insert'],
  ['u', 'update'],
  ['d', 'delete'],
  ['r', 'snapshot'],
]);

/**
 * A change as Debezium tells it, with or without its schema around it: the row is the one after
 * the change, of a delete the one before. The partition key stands for the key of a tombstone,
 * whose body is empty.
 */
export const openDebezium = (
  payload: Uint8Array,
  partitionKey: string,
  keepsControls: boolean,
): Opened => {
  const tombstone = { kind: 'tombstone', key: partitionKey } as const;
  if (payload.length === 0 || isNullText(payload)) return tombstone;
  const found = readObject(payload, limits.envelopeDepthMax);
  if (found.kind === 'refused') return found;
  if (isWrapper(found.object) && valueIn(found.object, 'payload') === undefined) return tombstone;
  const change = isWrapper(found.object) ? objectIn(found.object, 'payload') : found;
  return change.kind === 'refused' ? change : openChange(change.object, keepsControls);
};

const NULL_TEXT = new TextEncoder().encode('null');

const isNullText = (payload: Uint8Array): boolean => {
  const cursor = cursorOf(payload, 0);
  const start = skipBlanks(cursor, 0);
  const isNull = NULL_TEXT.every((byte, at) => payload[start + at] === byte);
  return isNull && skipBlanks(cursor, start + NULL_TEXT.length) === payload.length;
};

/** A change has an operation; the object around it has not. */
const isWrapper = ({ members }: OpenObject): boolean =>
  members.has('payload') && !members.has('op');

const openChange = (change: OpenObject, keepsControls: boolean): Opened => {
  const told = textIn(change, 'op');
  if (told === undefined) return refusedAs('E_ENVELOPE');
  const op = ops.get(told);
  if (op === undefined) return refusedAs('E_CDC_OP');
  const source: ReadObject = objectIn(change, 'source');
  if (source.kind === 'refused') return source;
  const order = debeziumOrder(source.object);
  if (order === undefined) return refusedAs('E_ENVELOPE');
  const image = valueIn(change, op === 'delete' ? 'before' : 'after');
  if (image === undefined) return refusedAs('E_CDC_OP');
  const micros = debeziumMicros(source.object);
  return openedRow(rowLine(image, keepsControls), { kind: 'change', op, order, micros, id: null });
};
