import * as z from 'zod';

/** Types of one value, as Protobuf names them. */
const scalars = [
  ...(['string', 'bytes', 'bool', 'double', 'float'] as const),
  ...(['int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'] as const),
  ...(['fixed32', 'fixed64', 'sfixed32', 'sfixed64'] as const),
] as const;
export type ProtobufScalar = (typeof scalars)[number];

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
};

/** A field of a message. */
export type ProtobufField = Named &
  (
    | { readonly type: ProtobufScalar }
    | { readonly type: 'enum'; readonly values: Readonly<Record<string, number>> }
    | { readonly type: 'message'; readonly fields: readonly ProtobufField[] }
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
};

const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const Fields: z.ZodType<readonly ProtobufField[]> = z.lazy(() =>
  z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ ...named, type: z.enum(scalars) }),
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
      ]),
    )
    .refine((all) => distinct(all.map(({ number }) => number)), 'a number is declared twice')
    .refine((all) => distinct(all.map(({ name }) => name)), 'a name is declared twice'),
);

/** A declared message; the texts of issues are for whoever declares it. */
export const ProtobufMessage: z.ZodType<ProtobufMessage> = z.strictObject({ fields: Fields });
