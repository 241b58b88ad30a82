import { decimal } from '../fields/decimal.ts';
import { double } from '../fields/double.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { integer } from '../fields/integer.ts';
import type { Row, Value } from '../fields/value.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import { type BoundMeasure, bindRule, typeOfField } from './bound-rule.ts';
import type { WindowRule } from './rule.ts';

type Fields = Readonly<Record<string, Field>>;

/** Columns that every result, or every late event, has. */
const taken: readonly string[] = [
  ...['rule', 'series', 'window_id', 'window_start', 'window_end', 'is_gap', 'version'],
  ...['retracted', 'closed_at_watermark', 'event_id', 'kind', 'event_time', 'watermark'],
  'behind_ms',
];

/** A field as a column of results: what its values had to be was judged with the events. */
const asColumn = (field: Field, description: string): Field => ({
  ...{ kind: field.kind, options: field.options, trim: field.trim, unit: field.unit },
  ...{ classification: field.classification, optional: true, description },
  ...{ nullTokens: [], aliases: [], rules: [] },
});

const measureColumn = (fields: Fields, { kind, of, type }: BoundMeasure): Field => {
  const source = of === null ? undefined : fields[of];
  const description = of === null ? 'How many events.' : `The ${kind} of ${of}.`;
  if ((kind === 'min' || kind === 'max') && source !== undefined)
    return asColumn(source, description);
  const given = {
    ...{ optional: true, description },
    ...(source?.classification === undefined ? {} : { classification: source.classification }),
  };
  const [, precision, scale] = /^decimal\((\d+), ?(\d+)\)$/.exec(typeText(type)) ?? [];
  if (precision !== undefined)
    return decimal({ precision: Number(precision), scale: Number(scale), ...given });
  if (type === 'long') return integer({ bits: 64, ...given });
  return double({ allowNonFinite: true, ...given });
};

const columnsOfRule = (fields: Fields, rule: WindowRule): readonly (readonly [string, Field])[] => [
  ...rule.by.flatMap((name) => {
    const field = fields[name];
    return field === undefined ? [] : [[name, asColumn(field, 'What the group has.')] as const];
  }),
  ...Object.entries(bindRule(fields, rule).series.measures).map(
    ([name, measure]) => [name, measureColumn(fields, measure)] as const,
  ),
];

/** The groups and measures of all rules, each a column; of rules that do not have it, a null. */
export const resultColumns = (fields: Fields, rules: readonly WindowRule[]): Fields =>
  Object.fromEntries(rules.flatMap((rule) => columnsOfRule(fields, rule)));

const typeIn = (columns: Fields, name: string): IcebergType =>
  typeOfField(columns, name) ?? 'nothing';

/** Why the rules cannot share one table; none where they can. They stand by themselves. */
export const columnProblems = (fields: Fields, rules: readonly WindowRule[]): readonly string[] => {
  const known = new Map<string, { readonly rule: string; readonly type: string }>();
  const problems: string[] = [];
  for (const rule of rules) {
    const columns = Object.fromEntries(columnsOfRule(fields, rule));
    for (const name of Object.keys(columns)) {
      const type = typeText(typeIn(columns, name));
      const other = known.get(name);
      if (taken.includes(name))
        problems.push(`windows: ${rule.name} calls a column '${name}', which every result has`);
      else if (other !== undefined && other.type !== type)
        problems.push(
          `windows: '${name}' is a ${other.type} of ${other.rule} and a ${type} of ${rule.name}; ` +
            'their results share a table, so call one otherwise',
        );
      else known.set(name, { rule: rule.name, type });
    }
  }
  return problems;
};

/** A row as a line of JSON: every column by its name, its value as a text that says all of it. */
export const printRow = (fields: Fields, row: Row): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, printed(field, row[name] ?? null)]),
    ),
  );

const printed = (field: Field, value: Value | null): string | null =>
  value === null ? null : kindOf(field).print(value, field.options);
