import { Buffer } from 'node:buffer';
import type { RowCode } from '../codes.ts';
import { PermanentError, Refused } from '../errors.ts';
import { rowLine } from '../stream/object.ts';
import { type ReadRow, refusedAs } from '../stream/opened.ts';
import { type AvroType, parseSchema } from './schema.ts';
import { type AvroReader, readerOf } from './values.ts';

/** What stands before a datum: nothing, or the mark of a registry of Confluent's kind. */
export type AvroHeader = 'none' | 'confluent';

/** Reads the bodies of one declared schema. */
export type AvroDatum = (body: Uint8Array, keepsControls?: boolean) => ReadRow;

const CONFLUENT = 0;
const CONFLUENT_BYTES = 5;
const GLUE = 3;
const GLUE_BYTES = 18;
/** The second byte of Glue's header: as it is, or compressed. */
const GLUE_FORMS = [0, 5];

/**
 * A reader of single Avro values with the schema that the dataset declares, in the same texts as
 * rows of an Avro file. A body must end with its value. A header that is not declared is refused,
 * even where the bytes can be read with it: then they can be read in two ways.
 */
export const avroDatum = (schema: string, header: AvroHeader = 'none'): AvroDatum => {
  const read = readerOf(recordOf(schema));
  return (body, keepsControls) => {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    if (header === 'none') {
      const inner = headless(bytes);
      if (inner !== undefined && 'text' in textOf(read, inner)) return refusedAs('E_ENVELOPE');
      return lineOf(textOf(read, bytes), keepsControls);
    }
    if (bytes.length < CONFLUENT_BYTES || bytes[0] !== CONFLUENT) return refusedAs('E_ENVELOPE');
    return lineOf(textOf(read, bytes.subarray(CONFLUENT_BYTES)), keepsControls);
  };
};

/** A schema is the dataset's own: one that cannot be read is a mistake in it, and no record's. */
const recordOf = (schema: string): AvroType => {
  try {
    const type = parseSchema(schema);
    if (type.kind === 'record') return type;
  } catch (error) {
    throw new PermanentError('the Avro schema of the dataset cannot be read', { cause: error });
  }
  throw new PermanentError('the Avro schema of the dataset is no record');
};

/** What stands behind a header of Confluent or Glue, if the bytes may begin with one. */
const headless = (bytes: Buffer): Buffer | undefined => {
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
