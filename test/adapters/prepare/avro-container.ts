import avsc from 'avsc';

const long = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => Number(a - b),
});

/** avsc's type of a schema, with longs as bigints; one that avsc refuses is a fault of the test. */
export const typeOf = (schema: unknown): avsc.Type => {
  const plain: avsc.Schema = JSON.parse(JSON.stringify(schema), (_key, value) =>
    value?.type === 'long' && value.logicalType !== undefined ? 'long' : value,
  );
  return avsc.Type.forSchema(plain, { registry: { long }, wrapUnions: false, logicalTypes: {} });
};

type Row = Readonly<Record<string, unknown>>;
/** What stands between the blocks. */
export const SYNC = Buffer.alloc(16, 7);
/** A schema of rows whose first column is `a`. */
export const record = (type: unknown, more: readonly { name: string; type: unknown }[] = []) => ({
  type: 'record' as const,
  name: 'Thing',
  fields: [{ name: 'a', type }, ...more],
});
const size = (count: number): Buffer => avsc.Type.forSchema('long').toBuffer(count);
const block = (rows: number, bytes: Buffer): Buffer =>
  Buffer.concat([size(rows), size(bytes.length), bytes, SYNC]);

/** A container file by avsc's types, in blocks of two rows. */
export const container = (
  schema: unknown,
  rows: readonly Buffer[],
  codec = 'null',
  pack = (bytes: Buffer) => bytes,
): Buffer => {
  const meta = {
    'avro.schema': Buffer.from(JSON.stringify(schema)),
    'avro.codec': Buffer.from(codec),
  };
  const head = avsc.Type.forSchema({ type: 'map', values: 'bytes' }).toBuffer(meta);
  const parts = [Buffer.from('Obj\x01'), head, SYNC];
  for (let at = 0; at < rows.length; at += 2) {
    const some = rows.slice(at, at + 2);
    parts.push(block(some.length, pack(Buffer.concat(some))));
  }
  return Buffer.concat(parts);
};

/** Rows as avsc writes them. */
export const encoded = (schema: unknown, rows: readonly Row[]): Buffer[] => {
  const type = typeOf(schema);
  return rows.map((row) => type.toBuffer(row));
};
