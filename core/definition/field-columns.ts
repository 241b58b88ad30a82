import type { ExpressionColumn } from '../expressions/compile.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';

/**
 * The fields as rules see them: by their types alone, without their bounds. A rule is computed in
 * every row, also in one that breaks a bound, and must not fail the query there.
 */
export const fieldColumns = (
  fields: Readonly<Record<string, Field>>,
): readonly ExpressionColumn[] =>
  Object.entries(fields).map(([name, field]) => ({
    name,
    type: kindOf(field).icebergType(field.options),
  }));
