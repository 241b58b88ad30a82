import * as z from 'zod';
import type { Scalar } from '../fields/value.ts';

/** Whole numbers of any size: JSON's own would lose digits. */
export const BigText = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});

const TaggedBig = z.codec(z.object({ whole: z.string().regex(/^-?\d+$/) }), z.bigint(), {
  decode: ({ whole }) => BigInt(whole),
  encode: (value) => ({ whole: value.toString() }),
});

/** As text, because JSON has no infinity; a sum of doubles can be one. */
const TaggedNumber = z.codec(
  z.object({ number: z.string() }),
  z.custom<number>((value) => typeof value === 'number'),
  {
    decode: ({ number }) => Number(number),
    encode: (value) => ({ number: String(value) }),
  },
);

/** A plain value, or none; numbers say of which kind they are. */
export const ScalarJson = z.union([z.string(), z.boolean(), z.null(), TaggedNumber, TaggedBig]);

/** The values of a group's fields, in the order of the rule's `by`. */
export const Group = z.array(ScalarJson).readonly();
export type Group = z.output<typeof Group>;

/** One text for each value: equal values have equal texts, and different ones different texts. */
export const scalarText = (value: Scalar | null): string => {
  switch (typeof value) {
    case 'bigint':
      return `${value}n`;
    case 'number':
      return String(value);
    default:
      return JSON.stringify(value);
  }
};
