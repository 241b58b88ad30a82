import { Buffer } from 'node:buffer';
import { assertNever } from '../assert.ts';
import type { RowCode } from '../codes.ts';
import { PermanentError, Refused } from '../errors.ts';
import { limits } from '../limits.ts';
import { rowLine } from '../stream/object.ts';
import { type ReadBody, type ReadRow, refusedAs } from '../stream/opened.ts';
import { fingerprintOf } from './canonical.ts';
import { type AvroType, parseSchema } from './schema.ts';
import { type AvroReader, readerOf } from './values.ts';

/** The schemas of a dataset's bodies, and what stands before a value to tell which is its own. */
export type AvroSchemas =
  /** Nothing: there is one schema. */
  | { readonly header: 'none'; readonly schema: string }
  /** Avro's own mark, and the fingerprint of the schema. */
  | { readonly header: 'single-object'; readonly schemas: readonly string[] }
  /** The mark of a registry of Confluent's kind, and the schema's id in it. */
  | { readonly header: 'confluent'; readonly schemas: Readonly<Record<string, string>> };

/** One of the declared schemas. */
export type AvroSchema = {
  /** How a message calls it. */
  readonly name: string;
  readonly type: Extract<AvroType, { kind: 'record' }>;
  /** What stands before its values. */
  readonly header: Buffer;
};

const SINGLE = Buffer.from([0xc3, 0x01]);
const SINGLE_BYTES = 10;
const CONFLUENT = 0;
const CONFLUENT_BYTES = 5;
const ID_MAX = 2 ** 32 - 1;
const GLUE = 3;
const GLUE_BYTES = 18;
/** The second byte of Glue's header: as it is, or compressed. */
const GLUE_FORMS = [0, 5];

/** The declared schemas; throws with what is wrong in the first that cannot be read with. */
export const schemasOf = (body: AvroSchemas): readonly AvroSchema[] => {
  switch (body.header) {
    case 'none':
      return [schemaOf('the Avro schema', body.schema, () => Buffer.alloc(0))];
    case 'single-object':
      return apart(
        body.schemas.map((text, at) =>
          schemaOf(`the Avro schema ${at + 1}`, text, () =>
            Buffer.concat([SINGLE, fingerprintOf(text)]),
          ),
        ),
      );
    case 'confluent':
      return apart(
        Object.entries(body.schemas).map(([id, text]) =>
          schemaOf(`the Avro schema ${id}`, text, () => confluentHeader(id)),
        ),
      );
    default:
      return assertNever(body);
  }
};

const wrong = (name: string, what: string, cause?: unknown): never => {
  throw new PermanentError(`${name} ${what}`, { cause });
};

const schemaOf = (name: string, text: string, header: () => Buffer): AvroSchema => {
  const type = typeOf(name, text);
  if (type.kind !== 'record') return wrong(name, `is of type ${type.kind}; allowed is record`);
  return { name, type, header: header() };
};

const typeOf = (name: string, text: string): AvroType => {
  try {
    return parseSchema(text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return wrong(name, `cannot be read: ${error.message}`, error);
  }
};

const confluentHeader = (id: string): Buffer => {
  const number = Number(id);
  if (!/^\d+$/.test(id) || number > ID_MAX) {
    wrong(`the Avro schema ${id}`, `has an id that no registry gives; allowed is 0 to ${ID_MAX}`);
  }
  const header = Buffer.alloc(CONFLUENT_BYTES, CONFLUENT);
  header.writeUInt32BE(number, 1);
  return header;
};

/** Values of two schemas must have two headers. */
const apart = (schemas: readonly AvroSchema[]): readonly AvroSchema[] => {
  if (schemas.length === 0) wrong('schemas', 'is empty; declare at least one');
  for (const [at, { name, header }] of schemas.entries()) {
    const other = schemas.slice(0, at).find((each) => each.header.equals(header));
    if (other !== undefined) wrong(name, `has the id or fingerprint of ${other.name}`);
  }
  return schemas;
};

/**
 * A reader of single Avro values with the schemas that the dataset declares, in the same texts as
 * rows of an Avro file. A body must end with its value. A header that is not declared is refused,
 * even where the bytes can be read with it: then they can be read in two ways.
 */
export const avroDatum = (declared: AvroSchemas): ReadBody => {
  const schemas = schemasOf(declared).map(({ type, header }) => ({ header, read: readerOf(type) }));
  const isHeadless = declared.header === 'none';
  const mark = declared.header === 'confluent' ? Buffer.from([CONFLUENT]) : SINGLE;
  const size = declared.header === 'confluent' ? CONFLUENT_BYTES : SINGLE_BYTES;
  return (body, keepsControls) => {
    if (body.length > limits.rowBytesMax) return refusedAs('E_ROW_SIZE');
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    if (!isHeadless && (bytes.length < size || !bytes.subarray(0, mark.length).equals(mark))) {
      return refusedAs('E_ENVELOPE');
    }
    const found = schemas.find(({ header }) => bytes.subarray(0, header.length).equals(header));
    if (found === undefined) return refusedAs('E_SCHEMA_ID');
    const inner = isHeadless ? headless(bytes) : undefined;
    if (inner !== undefined && 'text' in textOf(found.read, inner)) return refusedAs('E_ENVELOPE');
    return lineOf(textOf(found.read, bytes.subarray(found.header.length)), keepsControls);
  };
};

/** What stands behind a header, if the bytes may begin with one. */
const headless = (bytes: Buffer): Buffer | undefined => {
  if (bytes.length >= SINGLE_BYTES && bytes.subarray(0, SINGLE.length).equals(SINGLE)) {
    return bytes.subarray(SINGLE_BYTES);
  }
  if (bytes[0] === CONFLUENT && bytes.length >= CONFLUENT_BYTES) {
    return bytes.subarray(CONFLUENT_BYTES);
  }
  const isGlue = bytes[0] === GLUE && GLUE_FORMS.includes(bytes[1] ?? -1);
  return isGlue && bytes.length >= GLUE_BYTES ? bytes.subarray(GLUE_BYTES) : undefined;
};

type Text = { readonly text: string } | { readonly code: RowCode };

/** The value as JSON, one character a byte; the readers of files end with an exception. */
const textOf = (read: AvroReader, bytes: Buffer): Text => {
  const cursor = { bytes, at: 0 };
  try {
    const text = read(cursor, 0);
    return cursor.at === bytes.length ? { text } : { code: 'E_ENVELOPE' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { code: error.refusal.code === 'E_SIZE' ? 'E_ROW_SIZE' : 'E_ENVELOPE' };
  }
};

const lineOf = (found: Text, keepsControls: boolean | undefined): ReadRow =>
  'code' in found
    ? refusedAs(found.code)
    : rowLine(Buffer.from(found.text, 'latin1'), keepsControls);
