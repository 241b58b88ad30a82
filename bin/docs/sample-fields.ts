import type { Field } from '../../core/fields/field.ts';
import * as builders from '../../core/fields/index.ts';

/** Kinds that must be told something; every other kind is built with nothing said. */
const told: Readonly<Record<string, Field>> = {
  decimal: builders.decimal({ precision: 12, scale: 2 }),
  oneOf: builders.oneOf(['EUR', 'USD']),
  list: builders.list(builders.integer()),
  struct: builders.struct({ street: builders.text(), number: builders.integer() }),
};

const plainField = (kind: string): Field | undefined => {
  const make = new Map<string, unknown>(Object.entries(builders)).get(kind);
  if (typeof make !== 'function') return undefined;
  try {
    const field: Field = make({});
    return field.kind === kind ? field : undefined;
  } catch {
    return undefined;
  }
};

/** An example of a kind, for the pages and tests that show each of them. */
export const sampleField = (kind: string): Field | undefined => told[kind] ?? plainField(kind);
