import { Buffer } from 'node:buffer';
import * as z from 'zod';

/** What a schema keeps in this form, in this order. */
const KEPT = ['name', 'type', 'fields', 'symbols', 'items', 'values', 'size'] as const;
const plain = /^(null|boolean|int|long|float|double|bytes|string)$/;
const Declared = z.looseObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  type: z.unknown(),
});
const Fields = z.array(z.object({ name: z.string(), type: z.unknown() }));

/**
 * A sound schema as all that says the same is written: Parsing Canonical Form of Avro 1.12. It
 * has no logical types, so that two schemas of one fingerprint may differ in them.
 * https://avro.apache.org/docs/1.12.0/specification/#parsing-canonical-form-for-schemas
 */
export const canonicalSchema = (text: string): string => canonical(JSON.parse(text), '');

const canonical = (json: unknown, namespace: string): string => {
  if (typeof json === 'string') return JSON.stringify(nameIn(json, namespace));
  if (Array.isArray(json)) return `[${json.map((one) => canonical(one, namespace)).join(',')}]`;
  const found = Declared.parse(json);
  const { type } = found;
  if (typeof type !== 'string') return canonical(type, namespace);
  const isNamed = ['record', 'error', 'enum', 'fixed'].includes(type);
  if (!isNamed && type !== 'array' && type !== 'map') return canonical(type, namespace);
  const name = isNamed ? nameIn(found.name ?? '', found.namespace ?? namespace) : undefined;
  const inside = name === undefined ? namespace : name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const parts = KEPT.flatMap((key) => {
    if (key === 'name') return name === undefined ? [] : [`"name":${JSON.stringify(name)}`];
    const value = found[key];
    return value === undefined ? [] : [`"${key}":${partText(key, value, inside)}`];
  });
  return `{${parts.join(',')}}`;
};

const partText = (key: (typeof KEPT)[number], value: unknown, namespace: string): string => {
  if (key === 'items' || key === 'values') return canonical(value, namespace);
  if (key !== 'fields') return JSON.stringify(value);
  const fields = Fields.parse(value).map(
    ({ name, type }) => `{"name":${JSON.stringify(name)},"type":${canonical(type, namespace)}}`,
  );
  return `[${fields.join(',')}]`;
};

const nameIn = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' || plain.test(name) ? name : `${namespace}.${name}`;

const EMPTY = 0xc15d213aa4d7a795n;

const table = Array.from({ length: 256 }, (_, byte) => {
  let print = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) print = (print >> 1n) ^ ((print & 1n) * EMPTY);
  return print;
});

/** CRC-64-AVRO of a schema, as it stands in front of a single object: the lowest byte first. */
export const fingerprintOf = (schema: string): Buffer => {
  let print = EMPTY;
  for (const byte of Buffer.from(canonicalSchema(schema))) {
    print = (print >> 8n) ^ (table[Number((print ^ BigInt(byte)) & 255n)] ?? 0n);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(print);
  return bytes;
};
