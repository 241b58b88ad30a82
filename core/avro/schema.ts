import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { Refused } from '../errors.ts';
import { limits } from '../limits.ts';

const plain = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

/** What a plain or fixed type stands for, when the schema says it. */
export type Meaning = { readonly logical: string | undefined; readonly scale: number };

/** A writer's schema, its names resolved. Records are filled in late: they may hold themselves. */
export type AvroType =
  | { readonly kind: (typeof plain)[number]; readonly means: Meaning }
  | { readonly kind: 'fixed'; readonly size: number; readonly means: Meaning }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array' | 'map'; readonly of: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | { readonly kind: 'record'; readonly fields: { name: string; type: AvroType }[] };

const Attributes = z.object({
  type: z.unknown(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  logicalType: z.unknown().optional(),
  scale: z.unknown().optional(),
});
const Fields = z.array(z.object({ name: z.string(), type: z.unknown() }));
const Symbols = z.array(z.string());
const Size = z.number().int().min(0).max(limits.rowBytesMax);

type Context = {
  readonly named: Map<string, AvroType>;
  readonly namespace: string;
  readonly depth: number;
  readonly count: { types: number };
};

const wrong = (what: string): Refused => new Refused('E_CORRUPT', `the Avro schema ${what}`);

const parsed = <T>(shape: z.ZodType<T>, value: unknown, what: string): T => {
  const found = shape.safeParse(value);
  if (!found.success) throw wrong(`has ${what} of no such form`);
  return found.data;
};

/** Reads a schema of Avro 1.12. Hostile ones end at limits: their names, their nesting. */
export const parseSchema = (text: string): AvroType => {
  const count = { types: 0 };
  return typeOf(jsonOf(text), { named: new Map(), namespace: '', depth: 0, count });
};

/** No schema is undefined, so that a text which is no JSON is a type of no known form. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const typeOf = (json: unknown, context: Context): AvroType => {
  context.count.types += 1;
  if (context.count.types > limits.avroTypesMax || context.depth > limits.treeDepthMax) {
    const allowed = `${limits.avroTypesMax} types, ${limits.treeDepthMax} in each other`;
    throw new Refused('E_FORMAT', `the Avro schema is too large; allowed are ${allowed}`);
  }
  const inside = { ...context, depth: context.depth + 1 };
  if (typeof json === 'string') return namedType(json, context, undefined, 0);
  if (Array.isArray(json)) {
    return { kind: 'union', branches: json.map((branch) => typeOf(branch, inside)) };
  }
  return complexType(json, inside);
};

const complexType = (json: unknown, context: Context): AvroType => {
  const found = parsed(Attributes.loose(), json, 'a type');
  const { type, logicalType, scale } = found;
  const logical = typeof logicalType === 'string' ? logicalType : undefined;
  const decimals = typeof scale === 'number' && scale >= 0 ? Math.trunc(scale) : 0;
  switch (type) {
    case 'record':
    case 'error':
      return recordType(found, context);
    case 'enum':
      return remember(found, context, {
        kind: 'enum',
        symbols: parsed(Symbols, found.symbols, 'symbols'),
      });
    case 'fixed':
      return remember(found, context, {
        kind: 'fixed',
        size: parsed(Size, found.size, 'a size'),
        means: { logical, scale: decimals },
      });
    case 'array':
      return { kind: 'array', of: typeOf(found.items, context) };
    case 'map':
      return { kind: 'map', of: typeOf(found.values, context) };
    default:
      return typeof type === 'string'
        ? namedType(type, context, logical, decimals)
        : typeOf(type, context);
  }
};

const namedType = (
  name: string,
  { named, namespace }: Context,
  logical: string | undefined,
  scale: number,
): AvroType => {
  const kind = plain.find((candidate) => candidate === name);
  if (kind !== undefined) return { kind, means: { logical, scale } };
  const known = named.get(fullName(name, namespace)) ?? named.get(name);
  if (known === undefined) throw wrong('names a type that it does not declare');
  return known;
};

const fullName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

type Named = { readonly name?: string | undefined; readonly namespace?: string | undefined };

const nameOf = ({ name, namespace }: Named, context: Context): string => {
  if (name === undefined) throw wrong('has a type without a name');
  return fullName(name, namespace ?? context.namespace);
};

const remember = <T extends AvroType>(found: Named, { named, ...rest }: Context, type: T): T => {
  const name = nameOf(found, { named, ...rest });
  if (named.has(name)) throw wrong('declares a type twice');
  named.set(name, type);
  return type;
};

const recordType = (found: Named & Record<string, unknown>, context: Context): AvroType => {
  const record = remember(found, context, {
    kind: 'record' as const,
    fields: [] as { name: string; type: AvroType }[],
  });
  const name = nameOf(found, context);
  const inside = { ...context, namespace: name.slice(0, Math.max(0, name.lastIndexOf('.'))) };
  for (const field of parsed(Fields, found.fields, 'fields')) {
    if (record.fields.some((known) => known.name === field.name)) {
      throw wrong('names a field of a record twice');
    }
    record.fields.push({ name: field.name, type: typeOf(field.type, inside) });
  }
  return record;
};

/** A text as one character a byte, which is how Avro rows are put together. */
export const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
