import { type AvroSchema, schemasOf } from '../avro/datum.ts';
import type { Dataset } from '../dataset.ts';
import { isRequired } from '../fields/field.ts';
import { fieldNamer, quoted } from '../landing/header-name.ts';
import type { Body } from './bodies.ts';
import type { StreamOptions } from './options.ts';
import { protoMessage } from './proto-text.ts';
import type { ProtobufField } from './protobuf-schema.ts';

type Check = (holds: boolean, problem: () => string) => void;

/** One schema of a body, as far as a row's keys go. */
type Schema = {
  readonly name: string;
  readonly keys: readonly {
    readonly name: string;
    /** Whether each row has a value there. */
    readonly always: boolean;
  }[];
};

/** Refuses a body whose records could not be asked for, not be read, or never be rows. */
export const checkBody = (dataset: Dataset, check: Check): void => {
  const { stream } = dataset;
  if (stream === undefined || stream.body.kind === 'json') return;
  checkEnvelope(stream, check);
  for (const schema of readSchemas(stream.body, check)) checkKeys(dataset, schema, check);
};

const checkEnvelope = ({ envelope, body, when }: StreamOptions, check: Check): void => {
  check(
    envelope === 'json' || envelope === 'cloudevents',
    () =>
      `stream.body is ${body.kind}, but the envelope ${envelope} is JSON with the row in it; ` +
      "leave the body out, or take the envelope 'cloudevents'",
  );
  check(
    envelope !== 'json' || when === undefined,
    () =>
      `stream.when asks for '${when?.attribute}', but a body of ${body.kind} has no attributes; ` +
      "leave when out, or take the envelope 'cloudevents', which has some around it",
  );
};

const readSchemas = (body: Exclude<Body, { kind: 'json' }>, check: Check): readonly Schema[] => {
  try {
    if (body.kind === 'avro') return schemasOf(body).map(avroKeys);
    const { fields } = protoMessage(body.schema, body.message);
    return [{ name: `the message '${body.message}'`, keys: fields.map(protobufKey) }];
  } catch (error) {
    check(false, () => `stream.body: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
};

const avroKeys = ({ name, type }: AvroSchema): Schema => ({
  name,
  keys: type.fields.map((field) => ({ name: field.name, always: !mayBeNull(field.type) })),
});

const mayBeNull = (type: AvroSchema['type']['fields'][number]['type']): boolean =>
  type.kind === 'null' || (type.kind === 'union' && type.branches.some(mayBeNull));

const protobufKey = ({ name, type, optional, repeated }: ProtobufField) => ({
  name,
  always: repeated === true || (optional !== true && type !== 'message' && type !== 'timestamp'),
});

const checkKeys = (dataset: Dataset, { name, keys }: Schema, check: Check): void => {
  const { fields, evolution } = dataset;
  const all = keys.map((key) => key.name);
  const fieldOf = fieldNamer(dataset);
  const taken = (field: string): readonly string[] => [field, ...(fields[field]?.aliases ?? [])];
  for (const key of all) {
    const field = fieldOf(key);
    check(
      field === undefined || taken(field).includes(key),
      () => `stream.body: ${name} spells '${field}' as '${key}'; declare that as an alias of it`,
    );
  }
  for (const [field, declared] of Object.entries(fields)) {
    check(
      !isRequired(declared) || taken(field).some((key) => all.includes(key)),
      () => `stream.body: ${name} has no '${field}', which is required; it has ${quoted(all)}`,
    );
  }
  const strangers = keys.filter((key) => key.always && fieldOf(key.name) === undefined);
  check(
    strangers.length === 0 || !['freeze', 'quarantine_row'].includes(evolution.newColumns),
    () =>
      `stream.body: ${name} has ${quoted(strangers.map((key) => key.name))} in each record, which ` +
      `no field takes, and evolution.newColumns is '${evolution.newColumns}', so that all are ` +
      "rejected; declare fields for them, or take 'quarantine_value' or 'evolve'",
  );
};
