import * as z from 'zod';

/** Types of one value, as Protobuf names them. */
export const scalars = [
  ...(['string', 'bytes', 'bool', 'double', 'float'] as const),
  ...(['int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'] as const),
  ...(['fixed32', 'fixed64', 'sfixed32', 'sfixed64'] as const),
] as const;
export type ProtobufScalar = (typeof scalars)[number];

/** Types of the keys of a map. */
export const mapKeys = [
  ...(['string', 'bool', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'] as const),
  ...(['fixed32', 'fixed64', 'sfixed32', 'sfixed64'] as const),
] as const;
export type MapKey = (typeof mapKeys)[number];

type Named = {
  readonly number: number;
  /** The key that the value has in the row. */
  readonly name: string;
  readonly repeated?: boolean | undefined;
  /**
   * As the word `optional` of proto3, or a part of a oneof: a value that is not there is missing.
   * Without it, such a value is the type's zero, which no writer of proto3 puts on the wire.
   */
  readonly optional?: boolean | undefined;
  /** Fields of one of these are values of which one is there at most: the last. */
  readonly oneof?: string | undefined;
};

/** A field of a message. */
export type ProtobufField = Named &
  (
    | { readonly type: ProtobufScalar }
    /** google.protobuf.Timestamp: seconds and nanoseconds, which become ISO 8601. */
    | { readonly type: 'timestamp' }
    | { readonly type: 'enum'; readonly values: Readonly<Record<string, number>> }
    | { readonly type: 'message'; readonly fields: readonly ProtobufField[] }
    | { readonly type: 'map'; readonly key: ProtobufField; readonly value: ProtobufField }
  );

/** A message as a dataset declares it: what its .proto file says, as far as a row needs it. */
export type ProtobufMessage = { readonly fields: readonly ProtobufField[] };

const FIELD_NUMBER_MAX = 536_870_911;
const INT_MAX = 2_147_483_647;

/** The name of a field that is not declared; a declared one may not have it. */
export const unknownName = (number: number): string => `field_${number}`;

const named = {
  number: z.number().int().min(1).max(FIELD_NUMBER_MAX),
  name: z
    .string()
    .min(1)
    .refine((name) => !/^field_\d+$/.test(name), 'names like field_7 are those of unknown fields'),
  repeated: z.boolean().optional(),
  optional: z.boolean().optional(),
  oneof: z.string().optional(),
};

const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const Field: z.ZodType<ProtobufField> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ ...named, type: z.enum(scalars) }),
    z.strictObject({ ...named, type: z.literal('timestamp') }),
    z.strictObject({
      ...named,
      type: z.literal('enum'),
      values: z
        .record(
          z.string(),
          z
            .number()
            .int()
            .min(-INT_MAX - 1)
            .max(INT_MAX),
        )
        .refine((all) => distinct(Object.values(all)), 'a number has one name'),
    }),
    z.strictObject({ ...named, type: z.literal('message'), fields: Fields }),
    z.strictObject({ ...named, type: z.literal('map'), key: Field, value: Field }),
  ]),
);

const Fields: z.ZodType<readonly ProtobufField[]> = z.lazy(() =>
  z
    .array(Field)
    .refine((all) => distinct(all.map(({ number }) => number)), 'a number is declared twice')
    .refine((all) => distinct(all.map(({ name }) => name)), 'a name is declared twice'),
);

/** A declared message; the texts of issues are for whoever declares it. */
export const ProtobufMessage: z.ZodType<ProtobufMessage> = z.strictObject({ fields: Fields });
