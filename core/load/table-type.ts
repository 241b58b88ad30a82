import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import { ident, list } from '../sql.ts';

/** A type as the catalogue tells it: text for a plain one, an object with ids for a nested one. */
export const TableType = z.union([z.string(), z.looseObject({ type: z.string() })]);
export type TableType = z.infer<typeof TableType>;

/**
 * A column of the table, or a field inside of one. Everything the catalogue tells is parsed
 * loosely: what we do not know we carry along, since other writers and newer catalogues add to it.
 */
export const TableField = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  type: TableType,
  required: z.boolean(),
});
export type TableField = z.infer<typeof TableField>;

const TableList = z.looseObject({
  type: z.literal('list'),
  'element-id': z.number().int(),
  element: TableType,
  'element-required': z.boolean(),
});
const TableStruct = z.looseObject({ type: z.literal('struct'), fields: z.array(TableField) });

type Shape =
  | { readonly kind: 'plain'; readonly type: string }
  | { readonly kind: 'list'; readonly list: z.infer<typeof TableList> }
  | { readonly kind: 'struct'; readonly struct: z.infer<typeof TableStruct> }
  /** Another writer's: carried along, neither written nor read. */
  | { readonly kind: 'unknown'; readonly type: string };

const shapeOf = (type: TableType): Shape => {
  if (typeof type === 'string') return { kind: 'plain', type };
  const found = TableList.safeParse(type);
  if (found.success) return { kind: 'list', list: found.data };
  const struct = TableStruct.safeParse(type);
  if (struct.success) return { kind: 'struct', struct: struct.data };
  return { kind: 'unknown', type: type.type };
};

/** The type without the table's ids, as a dataset would declare it. */
export const withoutIds = (type: TableType): IcebergType => {
  const shape = shapeOf(type);
  if (shape.kind === 'plain') return shape.type;
  if (shape.kind === 'list') {
    const { element, 'element-required': required } = shape.list;
    return { type: 'list', element: withoutIds(element), 'element-required': required };
  }
  if (shape.kind === 'struct') {
    const fields = shape.struct.fields.map(({ name, required, type: of }) => ({
      name,
      required,
      type: withoutIds(of),
    }));
    return { type: 'struct', fields };
  }
  throw new PermanentError(`columns of type ${shape.type} are neither written nor read here`);
};

/** Hands out field ids that no column of the table has. */
export type NextId = () => number;

/** Counts from an id that is free. */
export const countingFrom = (first: number): NextId => {
  let next = first;
  return () => next++;
};

/** The type with ids of its own for every part, outer ones first. */
export const withIds = (type: IcebergType, nextId: NextId): TableType => {
  if (typeof type === 'string') return type;
  if (type.type === 'list') {
    const id = nextId();
    const { element, 'element-required': required } = type;
    return {
      type: 'list',
      'element-id': id,
      element: withIds(element, nextId),
      'element-required': required,
    };
  }
  const ids = type.fields.map(() => nextId());
  const fields = type.fields.map((field, index) => ({
    ...field,
    id: ids[index] ?? nextId(),
    type: withIds(field.type, nextId),
  }));
  return { type: 'struct', fields };
};

/** What one column of a table cannot become, and why. */
export type Clash = { readonly column: string; readonly is: string; readonly wanted: string };

type Grown =
  | { readonly kind: 'fits'; readonly type: TableType }
  | ({ readonly kind: 'clash' } & Clash);

/**
 * The table's type made to fit a dataset's: parts that are new join it as optional, parts that
 * are gone stay when they were optional, looser parts loosen it. Any other type is a clash. The
 * same object comes back when nothing changes.
 */
export const grownType = (
  old: TableType,
  wanted: IcebergType,
  column: string,
  nextId: NextId,
): Grown => {
  const shape = shapeOf(old);
  if (shape.kind === 'list' && typeof wanted !== 'string' && wanted.type === 'list') {
    return grownList(old, shape.list, wanted, column, nextId);
  }
  if (shape.kind === 'struct' && typeof wanted !== 'string' && wanted.type === 'struct') {
    return grownStruct(old, shape.struct, wanted, column, nextId);
  }
  const is = shape.kind === 'unknown' ? shape.type : typeText(withoutIds(old));
  const now = typeText(wanted);
  // Catalogues differ in the space of decimal(12, 2).
  const same = shape.kind === 'plain' && is.replaceAll(' ', '') === now.replaceAll(' ', '');
  return same ? { kind: 'fits', type: old } : { kind: 'clash', column, is, wanted: now };
};

type Wanted<Kind> = Extract<IcebergType, { readonly type: Kind }>;

const grownList = (
  old: TableType,
  shape: z.infer<typeof TableList>,
  wanted: Wanted<'list'>,
  column: string,
  nextId: NextId,
): Grown => {
  const grown = grownType(shape.element, wanted.element, `${column}.element`, nextId);
  if (grown.kind === 'clash') return grown;
  const required = shape['element-required'] && wanted['element-required'];
  if (grown.type === shape.element && required === shape['element-required']) {
    return { kind: 'fits', type: old };
  }
  return { kind: 'fits', type: { ...shape, element: grown.type, 'element-required': required } };
};

const grownStruct = (
  old: TableType,
  shape: z.infer<typeof TableStruct>,
  wanted: Wanted<'struct'>,
  column: string,
  nextId: NextId,
): Grown => {
  const byName = new Map(wanted.fields.map((field) => [field.name, field]));
  const kept: TableField[] = [];
  for (const field of shape.fields) {
    const now = byName.get(field.name);
    const path = `${column}.${field.name}`;
    if (now === undefined && field.required) {
      return { kind: 'clash', column: path, is: 'required', wanted: 'gone' };
    }
    const grown = now && grownType(field.type, now.type, path, nextId);
    if (grown?.kind === 'clash') return grown;
    const type = grown?.type ?? field.type;
    const required = field.required && (now?.required ?? false);
    const same = type === field.type && required === field.required;
    kept.push(same ? field : { ...field, type, required });
  }
  const known = new Set(shape.fields.map(({ name }) => name));
  const added = wanted.fields
    .filter(({ name }) => !known.has(name))
    // Optional whatever the contract says: rows already in the table have no value there.
    .map((field) => ({
      ...field,
      id: nextId(),
      required: false,
      type: withIds(field.type, nextId),
    }));
  const same = added.length === 0 && kept.every((field, index) => field === shape.fields[index]);
  return same
    ? { kind: 'fits', type: old }
    : { kind: 'fits', type: { ...shape, fields: [...kept, ...added] } };
};

/**
 * A column as COPY's FIELD_IDS name it. A nested one has its id under a key of DuckDB's own and
 * its parts beside it; `written` is the type of the values, which may lack parts that the table
 * has: an id for a part that is not there stops the query.
 */
export const fieldIdSql = (field: TableField, written: IcebergType): string =>
  `${ident(field.name)}: ${idsOf(field.id, field.type, written)}`;

const idsOf = (id: number, type: TableType, written: IcebergType): string => {
  const shape = shapeOf(type);
  const parts: string[] = [`__duckdb_field_id: ${id}`];
  if (shape.kind === 'list' && typeof written !== 'string' && written.type === 'list') {
    const element = idsOf(shape.list['element-id'], shape.list.element, written.element);
    parts.push(`element: ${element}`);
  } else if (shape.kind === 'struct' && typeof written !== 'string' && written.type === 'struct') {
    const byName = new Map(written.fields.map((part) => [part.name, part.type]));
    for (const part of shape.struct.fields) {
      const own = byName.get(part.name);
      if (own !== undefined) parts.push(fieldIdSql(part, own));
    }
  } else return String(id);
  return `{${list(parts)}}`;
};
