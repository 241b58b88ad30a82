import * as z from 'zod';
import { columnsOf, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import type { Value } from '../fields/value.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { judgeRow } from '../validate/judge-row.ts';

/**
 * An incoming record as a zod schema: an object of texts becomes a typed row. Each issue's message
 * is a code and its path the field, so that callers of an API are told what files are told.
 */
export const recordSchema = (dataset: Dataset) =>
  z.record(z.string(), z.string().nullable()).transform((texts, context) => {
    const judged = judgeRow(dataset, texts);
    if (judged.ok) return judged.values;
    for (const { code, field } of judged.reasons) {
      const path = field === null ? [] : [field];
      context.addIssue({ code: 'custom', message: code, path, input: texts });
    }
    return z.NEVER;
  });

const ofType = new Map<string, z.ZodType<Value>>([
  ['string', z.string()],
  ['uuid', z.string()],
  ['binary', z.string()],
  ['int', z.int32()],
  ['date', z.int32()],
  ['double', z.number()],
  ['float', z.number()],
  ['boolean', z.boolean()],
  ['long', z.bigint()],
  ['time', z.bigint()],
  ['timestamp', z.bigint()],
  ['timestamptz', z.bigint()],
]);

const valueSchema = (type: IcebergType): z.ZodType<Value> => {
  if (typeof type === 'string') return ofType.get(type) ?? z.bigint();
  if (type.type === 'list') {
    const element = valueSchema(type.element);
    return z.array(type['element-required'] ? element : element.nullable());
  }
  return z.strictObject(
    Object.fromEntries(
      type.fields.map((field) => [
        field.name,
        field.required ? valueSchema(field.type) : valueSchema(field.type).nullable(),
      ]),
    ),
  );
};

/** Columns that the load adds; `_changes` is the row's own. */
const ADDED = new Set(['_file', '_row', '_run']);

/** A published row as a zod schema, in the row engine's own values (core/fields/value.ts). */
export const publishedSchema = (dataset: Dataset, lookup: Lookup) =>
  z.strictObject(
    Object.fromEntries(
      columnsOf(dataset, lookup)
        .filter(({ name }) => !ADDED.has(name))
        .map(({ name, type, required }) => [
          name,
          required ? valueSchema(type) : valueSchema(type).nullable(),
        ]),
    ),
  );
