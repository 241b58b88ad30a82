import { Buffer } from 'node:buffer';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import avsc from 'avsc';
import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { sha256 } from '../hash.ts';

/**
 * Avro container files, written and read in memory. By hand around avsc's types, because avsc
 * drops the `field-id` attributes from a file's header, and Iceberg's readers go by them.
 */
export type AvroField = { name: string; type: AvroSchema; 'field-id': number; default?: null };

/** A record schema; every field carries Iceberg's id. */
export type AvroRecord = { type: 'record'; name: string; fields: AvroField[] };

const plainTypes = [
  'null',
  'int',
  'long',
  'string',
  'bytes',
  'boolean',
  'float',
  'double',
] as const;

/** The part of Avro that Iceberg's metadata is made of. */
export type AvroSchema = AvroBranch | AvroBranch[];
/** A schema that is no union: Avro has no unions of unions. */
export type AvroBranch =
  | string
  | AvroRecord
  | { type: 'array'; items: AvroSchema }
  | { type: 'fixed'; name: string; size: number }
  | { type: (typeof plainTypes)[number] };

/** A file's own schema, as its writer put it in the header; attributes we do not need fall away. */
const WrittenSchema: z.ZodType<AvroSchema> = z.lazy(() =>
  z.union([WrittenBranch, z.array(WrittenBranch)]),
);
const WrittenBranch: z.ZodType<AvroBranch> = z.lazy(() =>
  z.union([
    z.string(),
    WrittenRecord,
    z.object({ type: z.literal('array'), items: WrittenSchema }),
    z.object({ type: z.literal('fixed'), name: z.string(), size: z.number().int() }),
    z.object({ type: z.enum(plainTypes) }),
  ]),
);
const WrittenRecord: z.ZodType<AvroRecord> = z.lazy(() =>
  z.object({
    type: z.literal('record'),
    name: z.string(),
    fields: z.array(
      z.object({ name: z.string(), type: WrittenSchema, 'field-id': z.number().int() }),
    ),
  }),
);

/** avsc's own long throws beyond 2^53, and ids go further: here every long is a bigint. */
const long = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

/** `wrapUnions: false`: an optional value is the value or null, without an object around it. */
const compile = (schema: avsc.Schema): avsc.Type =>
  avsc.Type.forSchema(schema, { registry: { long }, wrapUnions: false });

const keptMax = 64;

/** Compiling generates code, and the same few schemas come back in every commit. */
const keptIn = <T>(kept: Map<string, T>, key: string, make: () => T): T => {
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= keptMax) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
};

const compiled = new Map<string, avsc.Type>();
const compileOnce = (schema: AvroSchema): avsc.Type =>
  keptIn(compiled, JSON.stringify(schema), () => compile(schema));

const headerType = compile({ type: 'map', values: 'bytes' });
const longType = compile('long');
const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;

/** What a container file holds besides its rows. */
export type AvroMeta = Readonly<Record<string, string>>;

/**
 * One container file with one deflated block. `header` is the schema readers see; `rows` are
 * encoded as `schema` says, which is the same with names of our choice.
 */
export function encodeAvro(
  schema: AvroRecord,
  header: AvroRecord,
  rows: readonly unknown[],
  meta: AvroMeta,
): Buffer {
  const type = compileOnce(schema);
  const all = { ...meta, 'avro.schema': JSON.stringify(header), 'avro.codec': 'deflate' };
  const entries = Object.entries(all).map(([key, text]) => [key, Buffer.from(text)] as const);
  const head = headerType.toBuffer(Object.fromEntries(entries));
  const body = deflateRawSync(Buffer.concat(rows.map((row) => type.toBuffer(row))));
  // Readers look for this marker between blocks; from the content, so that encoding is pure.
  const digest = sha256(Buffer.concat([head, body]));
  const sync = Buffer.from(digest, 'hex').subarray(0, SYNC_BYTES);
  const size = (n: number) => longType.toBuffer(BigInt(n));
  const block = rows.length > 0 ? [size(rows.length), size(body.length), body, sync] : [];
  return Buffer.concat([MAGIC, head, sync, ...block]);
}

const fieldNames = (schema: AvroSchema, names = new Map<number, string>()) => {
  if (typeof schema === 'string') return names;
  if (Array.isArray(schema)) for (const branch of schema) fieldNames(branch, names);
  else if (schema.type === 'array') fieldNames(schema.items, names);
  else if (schema.type === 'record') {
    for (const field of schema.fields) {
      names.set(field['field-id'], field.name);
      fieldNames(field.type, names);
    }
  }
  return names;
};

/**
 * The same schema with the names that `names` gives each field id; the order, which the bytes
 * follow, stays. Other writers name things otherwise, the ids are the same.
 */
const renamed = (
  schema: AvroSchema,
  names: ReadonlyMap<number, string>,
  enclosing = 'root',
): AvroSchema =>
  Array.isArray(schema)
    ? schema.map((branch) => renamedBranch(branch, names, enclosing))
    : renamedBranch(schema, names, enclosing);

const renamedBranch = (
  schema: AvroBranch,
  names: ReadonlyMap<number, string>,
  enclosing: string,
): AvroBranch => {
  if (typeof schema === 'string') return schema;
  if (schema.type === 'array') return { ...schema, items: renamed(schema.items, names, enclosing) };
  if (schema.type !== 'record') return schema;
  const fields = schema.fields.map((field) => {
    const id = field['field-id'];
    const name = names.get(id) ?? `unknown_${id}`;
    return { ...field, name, type: renamed(field.type, names, `r${id}`) };
  });
  return { type: 'record', name: enclosing, fields };
};

type Block = { readonly rows: number; readonly bytes: Buffer };

const blocksOf = (file: Buffer, start: number, codec: string): Block[] => {
  if (codec !== 'null' && codec !== 'deflate') {
    throw new PermanentError(`an Avro file with codec ${codec} is not read here`);
  }
  const blocks: Block[] = [];
  for (let at = start; at < file.length; ) {
    const rows = longType.decode(file, at);
    const size = longType.decode(file, rows.offset);
    const end = size.offset + Number(size.value);
    if (size.offset < 0 || end + SYNC_BYTES > file.length) {
      throw new PermanentError('an Avro file ends in the middle of a block');
    }
    const raw = file.subarray(size.offset, end);
    const bytes = codec === 'deflate' ? inflateRawSync(raw) : raw;
    blocks.push({ rows: Number(rows.value), bytes });
    at = end + SYNC_BYTES;
  }
  return blocks;
};

const readings = new Map<string, Reading>();

/** How rows that were written by one schema are read in the shape of another. */
type Reading = {
  readonly to: avsc.Type;
  readonly resolver: ReturnType<avsc.Type['createResolver']>;
};

const readingOf = (writer: string, reader: AvroRecord): Reading =>
  keptIn(readings, `${writer}\n${JSON.stringify(reader)}`, () => {
    const names = fieldNames(reader);
    const written = WrittenSchema.parse(JSON.parse(writer));
    const to = compileOnce(renamed(reader, names));
    return { to, resolver: to.createResolver(compileOnce(renamed(written, names))) };
  });

/**
 * Rows of a container file in the shape of `reader`, whoever wrote it: matched by field id, what
 * is missing null, what is unknown left out. `T` must be the type that `reader` describes; avsc
 * refuses a file that cannot be read that way.
 */
export function decodeAvro<T>(file: Buffer, reader: AvroRecord): { rows: T[]; meta: AvroMeta } {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new PermanentError('not an Avro container file');
  }
  const head = headerType.decode(file, MAGIC.length);
  const header = z.record(z.string(), z.instanceof(Buffer)).parse(head.value);
  const meta = Object.fromEntries(Object.entries(header).map(([key, b]) => [key, b.toString()]));
  const { to, resolver } = readingOf(meta['avro.schema'] ?? 'null', reader);
  const rows: T[] = [];
  const blocks = blocksOf(file, head.offset + SYNC_BYTES, meta['avro.codec'] ?? 'null');
  for (const block of blocks) {
    let at = 0;
    for (let row = 0; row < block.rows; row += 1) {
      const decoded = to.decode(block.bytes, at, resolver);
      if (decoded.offset < 0) throw new PermanentError('an Avro row is cut off');
      rows.push(decoded.value);
      at = decoded.offset;
    }
  }
  return { rows, meta };
}
