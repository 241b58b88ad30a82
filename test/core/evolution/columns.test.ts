import { describe, expect, test } from 'vitest';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { decideColumns, type FoundColumns } from '../../../core/evolution/columns.ts';
import { driftIn } from '../../../core/evolution/drift.ts';
import { type Evolution, evolutionModes } from '../../../core/evolution/evolution.ts';
import { evolvedDoc } from '../../../core/evolution/evolved.ts';
import { typesFault } from '../../../core/evolution/types.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { limits } from '../../../core/limits.ts';
import { derive, join, product } from '../../../core/transforms/index.ts';
import { compileRow } from '../../../core/validate/compile-row.ts';

const dataset = (evolution: Partial<Evolution>, more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales whose files change.',
    fields: {
      id: integer(),
      size: integer({ optional: true }),
      note: text({ optional: true, aliases: ['remark'] }),
    },
    evolution,
    ...more,
  });

const decide = (evolution: Partial<Evolution>, found: Partial<FoundColumns>) =>
  decideColumns(dataset(evolution), { unknown: [], missing: [], ...found });

/** What a file comes to: its refusal, or which rules, columns and set-aside cells it adds. */
const outcome = (evolution: Partial<Evolution>, found: Partial<FoundColumns>): unknown => {
  const plan = decide(evolution, found);
  if (plan.kind === 'refused') return `${plan.code} ${plan.detail}`;
  const row = compileRow(plan.dataset, plan);
  const codes = new Set(row.reasons.map(({ code, field }) => `${code} ${field}`));
  return {
    columns: Object.keys(plan.dataset.fields).slice(3),
    aside: row.aside.map(({ code, column, evolves }) => `${code} ${column}${evolves ? ' +' : ''}`),
    rejects: ['E_NEW_COLUMN coupon', 'E_MISSING_COLUMN note'].filter((each) => codes.has(each)),
    drift: driftIn(plan, { rowsIn: 2, filled: {}, aside: row.aside, reasons: [] }).map(
      ({ kind, column, mode }) => `${kind} ${column} ${mode}`,
    ),
  };
};

const nothing = { columns: [], aside: [], rejects: [], drift: [] };
const declared = 'declared: "id", "size", "note"';

describe('what becomes of a file, by kind of difference and mode', () => {
  test.each<[keyof Evolution, string, Partial<FoundColumns>, unknown]>([
    [
      'newColumns',
      'evolve',
      { unknown: ['Coupon'] },
      { ...nothing, columns: ['coupon'], drift: ['new column coupon evolve'] },
    ],
    [
      'newColumns',
      'quarantine_row',
      { unknown: ['Coupon'] },
      {
        ...nothing,
        rejects: ['E_NEW_COLUMN coupon'],
        drift: ['new column coupon quarantine_row'],
      },
    ],
    [
      'newColumns',
      'quarantine_value',
      { unknown: ['Coupon'] },
      {
        ...nothing,
        aside: ['E_NEW_COLUMN coupon'],
        drift: ['new column coupon quarantine_value'],
      },
    ],
    [
      'newColumns',
      'freeze',
      { unknown: ['Coupon'], rows: { Coupon: 3 } },
      `E_SCHEMA unknown: "Coupon" in 3 rows; ${declared}`,
    ],
    [
      'newColumns',
      'hold',
      { unknown: ['Coupon'] },
      { ...nothing, aside: ['E_NEW_COLUMN coupon'], drift: ['new column coupon hold'] },
    ],
    [
      'missingColumns',
      'evolve',
      { missing: ['note'] },
      { ...nothing, drift: ['missing column note evolve'] },
    ],
    [
      'missingColumns',
      'quarantine_row',
      { missing: ['note'] },
      {
        ...nothing,
        rejects: ['E_MISSING_COLUMN note'],
        drift: ['missing column note quarantine_row'],
      },
    ],
    [
      'missingColumns',
      'quarantine_value',
      { missing: ['note'] },
      { ...nothing, drift: ['missing column note quarantine_value'] },
    ],
    ['missingColumns', 'freeze', { missing: ['note'] }, `E_SCHEMA missing: "note"; ${declared}`],
    [
      'missingColumns',
      'hold',
      { missing: ['note'] },
      { ...nothing, drift: ['missing column note hold'] },
    ],
    ['changedTypes', 'evolve', {}, { ...nothing, aside: ['E_TYPE size +'] }],
    ['changedTypes', 'quarantine_row', {}, nothing],
    ['changedTypes', 'quarantine_value', {}, { ...nothing, aside: ['E_TYPE size'] }],
    ['changedTypes', 'freeze', {}, nothing],
    ['changedTypes', 'hold', {}, { ...nothing, aside: ['E_TYPE size'] }],
  ])('%s: %s', (kind, mode, found, expected) => {
    expect(outcome({ [kind]: mode }, found)).toEqual(expected);
  });

  test.each(evolutionModes)('a missing required column, mode %s', (missingColumns) => {
    const expected =
      missingColumns === 'quarantine_row'
        ? expect.objectContaining({ drift: ['missing column id quarantine_row'] })
        : `E_SCHEMA missing: "id"; ${declared}`;
    expect(outcome({ missingColumns }, { missing: ['id'] })).toEqual(expected);
  });

  test('a file as it is declared is judged as ever, in every mode', () => {
    for (const mode of evolutionModes) {
      const changed = mode === 'freeze' || mode === 'quarantine_row' ? [] : ['size'];
      expect(outcome({ newColumns: mode, missingColumns: mode, changedTypes: mode }, {})).toEqual({
        ...nothing,
        aside: changed.map((name) => `E_TYPE ${name}${mode === 'evolve' ? ' +' : ''}`),
      });
    }
  });

  test('where a value of another type freezes, one such row refuses the file', () => {
    const reasons = [
      { code: 'E_TYPE', field: 'size', rows: 3 },
      { code: 'E_RANGE', field: 'id', rows: 9 },
    ];
    expect(typesFault(dataset({ changedTypes: 'freeze' }), reasons)).toMatchObject({
      code: 'E_SCHEMA',
      detail: 'values of another type than declared: "size" (integer) in 3 rows',
    });
    expect(typesFault(dataset({ changedTypes: 'freeze' }), reasons.slice(1))).toBeUndefined();
    expect(typesFault(dataset({}), reasons)).toBeUndefined();
  });
});

describe('names of new columns', () => {
  const evolving = dataset(
    { newColumns: 'evolve', changedTypes: 'evolve' },
    {
      transforms: [
        derive('area', product('size', 'size', { precision: 20, scale: 0 })),
        join('shops', { on: 'note', take: ['town'] }),
      ],
    },
  );
  const many = Array.from({ length: limits.newColumnsMax + 1 }, (_, index) => `c${index}`);
  test.each<[string, string[], string]>([
    ['no letter', ['%'], 'the new column "%" has no letter or digit in its name'],
    ['no column name', ['größe'], "would be the column 'größe'; allowed are a-z, 0-9 and _"],
    ['a digit first', ['2nd'], "would be the column '2nd'"],
    ['too long', ['x'.repeat(64)], 'would be the column'],
    ['a derived column', ['Area'], "would be the column 'area', which the dataset makes itself"],
    ['a joined column', ['town'], 'which the dataset makes itself'],
    ['the text beside a field', ['size_text'], 'which the dataset makes itself'],
    ['a typed value of the engine', ['v_id'], 'which the dataset makes itself'],
    ['the same name twice', ['A b', 'a-b'], 'the new columns "A b", "a-b" are both "a_b"'],
    ['a field by another spelling', ['Id'], '"Id" is another spelling of the field "id"'],
    ['an alias by another spelling', ['Remark'], 'another spelling of the field "note"'],
    ['too many', many, `${many.length} columns are new`],
  ])('%s refuses the file, with the reason', (_, unknown, detail) => {
    expect(decideColumns(evolving, { unknown, missing: [] })).toMatchObject({
      kind: 'refused',
      code: 'E_SCHEMA',
      detail: expect.stringContaining(detail),
    });
  });

  test('what is only set aside may have any name that can be told apart', () => {
    const unknown = ['größe', 'Area', '_new0', '__proto__', '_row'];
    const plan = decide({ newColumns: 'quarantine_value' }, { unknown });
    expect(plan).toMatchObject({ kind: 'plan' });
    const columns = plan.kind === 'plan' ? plan.newColumns : [];
    expect(columns.map(({ name }) => name)).toEqual(['größe', 'area', 'new0', 'proto', 'row']);
    const cells = columns.map((column) => column.cells);
    expect(new Set([...cells, ...unknown]).size).toBe(2 * unknown.length);
  });

  test('a column that evolves is an optional text of which no bound is shown', () => {
    const plan = decide({ newColumns: 'evolve' }, { unknown: ['Coupon Code'] });
    expect(plan.kind === 'plan' && plan.dataset.fields.coupon_code).toMatchObject({
      kind: 'text',
      optional: true,
      trim: false,
      classification: 'confidential',
      description: evolvedDoc,
    });
  });
});
