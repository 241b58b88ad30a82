import { assertNever } from '../assert.ts';
import { type AvroSchemas, avroDatum } from '../avro/datum.ts';
import type { ReadBody } from './opened.ts';
import { protoMessage } from './proto-text.ts';
import { protobufLine } from './protobuf.ts';

/** What the body of a record is written in: the row itself, or the data of a CloudEvent. */
export type Body =
  | { readonly kind: 'json' }
  | ({ readonly kind: 'avro' } & AvroSchemas)
  | {
      readonly kind: 'protobuf';
      /** A .proto text of proto3. */
      readonly schema: string;
      /** The full name of the message in it. */
      readonly message: string;
    };

type AvroOptions =
  | { readonly header?: 'none'; readonly schema: string }
  | Exclude<AvroSchemas, { header: 'none' }>;

/** Bodies are single values of Avro; by default of one schema, with nothing before them. */
export const avro = (options: AvroOptions): Body =>
  'schemas' in options
    ? { kind: 'avro', ...options }
    : { kind: 'avro', header: 'none', schema: options.schema };

/** Bodies are messages of Protobuf. */
export const protobuf = (options: { readonly schema: string; readonly message: string }): Body => ({
  kind: 'protobuf',
  ...options,
});

/** Made once per declaration: schemas are read from their texts. */
const readers = new WeakMap<Body, ReadBody>();

/** Reads bodies of the declared schema; undefined where they are JSON. */
export const bodyReader = (body: Body): ReadBody | undefined => {
  if (body.kind === 'json') return undefined;
  const known = readers.get(body);
  if (known !== undefined) return known;
  const made = readerOf(body);
  readers.set(body, made);
  return made;
};

const readerOf = (body: Exclude<Body, { kind: 'json' }>): ReadBody => {
  switch (body.kind) {
    case 'avro':
      return avroDatum(body);
    case 'protobuf': {
      const message = protoMessage(body.schema, body.message);
      return (bytes, keepsControls) => protobufLine(message, bytes, keepsControls);
    }
    default:
      return assertNever(body);
  }
};
