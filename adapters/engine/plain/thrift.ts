/**
 * Thrift's compact protocol, as far as Parquet's headers and footer need it.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'i32' | 'i64'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Buffer }
  | { readonly type: 'struct'; readonly fields: Fields }
  | { readonly type: 'list'; readonly items: readonly ThriftValue[] };

/** A struct's fields by their ids, in rising order. */
export type Fields = readonly (readonly [id: number, value: ThriftValue])[];

export const i32 = (value: number): ThriftValue => ({ type: 'i32', value });
export const i64 = (value: number): ThriftValue => ({ type: 'i64', value });
export const bytes = (value: Buffer): ThriftValue => ({ type: 'bytes', value });
export const string = (value: string): ThriftValue => bytes(Buffer.from(value));
export const boolean = (value: boolean): ThriftValue => ({ type: 'boolean', value });
export const struct = (...fields: Fields): ThriftValue => ({ type: 'struct', fields });
export const list = (items: readonly ThriftValue[]): ThriftValue => ({ type: 'list', items });

const TRUE = 1;
const FALSE = 2;
const STOP = 0;
const types = { i32: 5, i64: 6, bytes: 8, list: 9, struct: 12 } as const;

const typeOf = (value: ThriftValue): number => {
  if (value.type === 'boolean') return value.value ? TRUE : FALSE;
  return types[value.type];
};

const varint = (value: number, out: number[]): void => {
  let rest = value;
  while (rest > 0x7f) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
};

/** Small negative numbers stay small. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const write = (value: ThriftValue, out: number[]): void => {
  switch (value.type) {
    case 'boolean':
      return;
    case 'i32':
    case 'i64':
      varint(zigzag(value.value), out);
      return;
    case 'bytes':
      varint(value.value.length, out);
      out.push(...value.value);
      return;
    case 'list':
      writeList(value.items, out);
      return;
    default:
      writeFields(value.fields, out);
  }
};

const SHORT_LIST = 15;

const writeList = (items: readonly ThriftValue[], out: number[]): void => {
  const [first] = items;
  const type = first === undefined ? types.i32 : typeOf(first);
  if (items.length < SHORT_LIST) {
    out.push((items.length << 4) | type);
  } else {
    out.push((SHORT_LIST << 4) | type);
    varint(items.length, out);
  }
  for (const item of items) write(item, out);
};

const writeFields = (fields: Fields, out: number[]): void => {
  let last = 0;
  for (const [id, value] of fields) {
    // Parquet's ids never lie more than 15 apart.
    out.push(((id - last) << 4) | typeOf(value));
    write(value, out);
    last = id;
  }
  out.push(STOP);
};

/** A struct as bytes. */
export const encode = (...fields: Fields): Buffer => {
  const out: number[] = [];
  writeFields(fields, out);
  return Buffer.from(out);
};
