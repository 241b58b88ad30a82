import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isBreaking, together, type verdicts } from '../../../core/compatibility/change.ts';
import { compareContracts } from '../../../core/compatibility/compare-contracts.ts';
import { lockOf } from '../../../core/compatibility/contract-document.ts';
import {
  type DatasetDefinition,
  day,
  defineDataset,
  month,
  replace,
} from '../../../core/define-dataset.ts';
import {
  date,
  decimal,
  email,
  integer,
  list,
  oneOf,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { length } from '../../../core/rules/length.ts';
import { warn } from '../../../core/rules/rule.ts';
import { windows } from './windows.ts';

type Fields = DatasetDefinition['fields'];

const base: DatasetDefinition = {
  name: 'sales',
  domain: 'test',
  owner: 'test',
  description: 'For this test.',
  fields: {
    id: text(),
    price: decimal({ precision: 8, scale: 2, min: '0', max: '99999' }),
    status: oneOf(['new', 'paid']),
    note: text({ optional: true, max: 10 }),
    at: timestamp({ from: '2020-01-01T00:00:00Z' }),
    on: date({ optional: true }),
    who: email({ classification: 'internal', aliases: ['mail'], nullTokens: ['n/a'] }),
    weight: integer({ unit: 'kg', default: '1' }),
  },
  key: ['id'],
  partition: [month('at')],
  rules: [{ kind: 'compare', left: 'price', is: '<', right: 'weight', severity: 'reject' }],
  quality: [{ kind: 'validity', min: 0.9, severity: 'hold' }],
};

const lock = (definition: DatasetDefinition) =>
  lockOf([defineDataset(definition)], () => undefined);
const diff = (before: Partial<DatasetDefinition>, after: Partial<DatasetDefinition>) =>
  compareContracts(lock({ ...base, ...before }), lock({ ...base, ...after }))[0];
const fields = (more: Fields) => ({ fields: { ...base.fields, ...more } });
const without = (name: string, more: Fields = {}) => ({
  fields: {
    ...Object.fromEntries(Object.entries(base.fields).filter(([each]) => each !== name)),
    ...more,
  },
});

type Row = readonly [
  kind: string,
  verdict: (typeof verdicts)[number],
  before: Partial<DatasetDefinition>,
  after: Partial<DatasetDefinition>,
];

const price = (more: object) =>
  fields({ price: decimal({ precision: 8, scale: 2, min: '0', max: '99999', ...more }) });
const who = (more: object) =>
  fields({
    who: email({ classification: 'internal', aliases: ['mail'], nullTokens: ['n/a'], ...more }),
  });

/** Each kind of change with its verdict; a rule of the house, so that it is said here once more. */
const table: readonly Row[] = [
  ['optional field added', 'full', {}, fields({ extra: text({ optional: true }) })],
  ['optional field added', 'full', {}, fields({ extra: text({ default: 'x' }) })],
  ['required field added', 'forward', {}, fields({ extra: text() })],
  ['field removed', 'none', {}, without('status')],
  ['field removed', 'forward', {}, without('note')],
  [
    'field renamed',
    'backward',
    {},
    without('note', { remark: text({ optional: true, max: 10, aliases: ['note'] }) }),
  ],
  ['type widened', 'backward', {}, price({ precision: 10, scale: 3 })],
  ['type narrowed', 'none', {}, price({ precision: 7 })],
  [
    'type changed',
    'none',
    {},
    fields({ weight: decimal({ precision: 3, scale: 1, unit: 'kg', default: '1' }) }),
  ],
  ['kind loosened', 'backward', {}, fields({ status: text() })],
  ['kind tightened', 'forward', {}, fields({ id: oneOf(['a']) })],
  ['kind changed', 'none', {}, fields({ status: email() })],
  [
    'options changed',
    'none',
    fields({ tags: list(text({ max: 3 })) }),
    fields({ tags: list(text({ max: 5 })) }),
  ],
  ['made required', 'forward', {}, fields({ on: date() })],
  ['made optional', 'backward', {}, fields({ status: oneOf(['new', 'paid'], { optional: true }) })],
  ['value added', 'backward', {}, fields({ status: oneOf(['new', 'paid', 'gone']) })],
  ['value removed', 'forward', {}, fields({ status: oneOf(['new']) })],
  ['bound stricter', 'forward', {}, price({ min: '0.5' })],
  ['bound looser', 'backward', {}, price({ max: '100000' })],
  ['bound stricter', 'forward', {}, fields({ at: timestamp({ from: '2020-01-01T00:00:00.5Z' }) })],
  ['bound looser', 'backward', {}, fields({ note: text({ optional: true, max: 11 }) })],
  ['rule added', 'forward', {}, fields({ id: text({ pattern: /\d+/ }) })],
  ['rule removed', 'backward', {}, fields({ note: text({ optional: true }) })],
  [
    'rule changed',
    'none',
    fields({ id: text({ pattern: /\d+/ }) }),
    fields({ id: text({ pattern: /\w+/ }) }),
  ],
  ['warning changed', 'full', {}, fields({ id: text({ rules: [warn(length({ max: 3 }))] }) })],
  ['rule added', 'forward', { rules: [] }, {}],
  ['rule removed', 'backward', {}, { rules: [] }],
  ['default added', 'full', {}, fields({ id: text({ default: 'x' }) })],
  ['default changed', 'full', {}, fields({ weight: integer({ unit: 'kg', default: '2' }) })],
  [
    'default removed',
    'backward',
    fields({ on: date({ optional: true, default: '2020-01-01' }) }),
    {},
  ],
  ['made required', 'forward', {}, fields({ weight: integer({ unit: 'kg' }) })],
  ['alias added', 'full', {}, who({ aliases: ['mail', 'address'] })],
  ['alias removed', 'forward', {}, who({ aliases: [] })],
  ['unit added', 'full', {}, price({ unit: 'EUR' })],
  ['unit changed', 'none', {}, fields({ weight: integer({ unit: 'g', default: '1' }) })],
  ['casing changed', 'backward', {}, who({ casing: 'lower' })],
  ['classification raised', 'backward', {}, who({ classification: 'confidential' })],
  ['classification lowered', 'full', {}, who({ classification: 'public' })],
  ['mask changed', 'backward', {}, who({ mask: { how: 'hash' } })],
  ['null token added', 'forward', {}, who({ nullTokens: ['n/a', '-'] })],
  [
    'null token added',
    'full',
    {},
    fields({ note: text({ optional: true, max: 10, nullTokens: ['-'] }) }),
  ],
  ['null token removed', 'none', {}, who({ nullTokens: [] })],
  ['trim changed', 'none', {}, fields({ id: text({ trim: false }) })],
  ['empty text added', 'backward', {}, fields({ id: text({ min: 0 }) })],
  ['empty text removed', 'full', {}, fields({ note: text({ optional: true, min: 1, max: 10 }) })],
  [
    'order changed',
    'none',
    { files: { header: false } },
    { files: { header: false }, ...without('id', { id: text() }) },
  ],
  ['key added', 'forward', { key: [] }, {}],
  ['key removed', 'backward', {}, { key: [] }],
  ['key changed', 'none', {}, { key: ['id', 'status'] }],
  ['deduplication changed', 'backward', {}, { deduplicate: { keep: 'last' } }],
  ['partition changed', 'none', {}, { partition: [day('at')] }],
  ['write mode changed', 'none', {}, { write: replace() }],
  ['derived column added', 'full', {}, { transforms: [{ kind: 'dateOf', column: 'd', of: 'at' }] }],
  [
    'derived column removed',
    'backward',
    { transforms: [{ kind: 'dateOf', column: 'd', of: 'at' }] },
    {},
  ],
  [
    'derived column changed',
    'backward',
    {
      transforms: [
        { kind: 'product', column: 'd', left: 'price', right: 'weight', precision: 30, scale: 2 },
      ],
    },
    {
      transforms: [
        { kind: 'product', column: 'd', left: 'price', right: 'weight', precision: 31, scale: 2 },
      ],
    },
  ],
  [
    'step changed',
    'backward',
    {
      transforms: [
        { kind: 'product', column: 'd', left: 'price', right: 'weight', precision: 30, scale: 2 },
      ],
    },
    {
      transforms: [
        { kind: 'product', column: 'd', left: 'weight', right: 'price', precision: 30, scale: 2 },
      ],
    },
  ],
  ['check added', 'forward', { quality: [] }, {}],
  [
    'check added',
    'full',
    {},
    { quality: [...(base.quality ?? []), { kind: 'volume', deviations: 3, severity: 'warn' }] },
  ],
  ['check removed', 'backward', {}, { quality: [] }],
  [
    'format added',
    'full',
    { files: { formats: ['csv'] } },
    { files: { formats: ['csv', 'jsonl'] } },
  ],
  ['format removed', 'forward', {}, { files: { formats: ['csv', 'jsonl'] } }],
  ['file option changed', 'forward', {}, { files: { delimiter: ';' } }],
  ['file option looser', 'full', {}, { files: { allowEmpty: true } }],
  ['hold lowered', 'forward', {}, { rejects: { holdAbove: 0.01 } }],
  ['hold raised', 'full', {}, { rejects: { holdAbove: 0.5 } }],
  ['window added', 'full', {}, windows()],
  ['window removed', 'backward', windows(), {}],
  ['window changed', 'backward', windows(), windows({ by: ['status'] })],
  ['window option changed', 'full', windows(), windows({ allowedLateness: '1h' })],
  ['evolution loosened', 'full', {}, { evolution: { newColumns: 'quarantine_value' } }],
  ['evolution tightened', 'forward', {}, { evolution: { missingColumns: 'hold' } }],
  ['evolution tightened', 'none', { evolution: { newColumns: 'evolve' } }, { evolution: {} }],
];

describe('each change has its verdict and one reason', () => {
  test.each(table)('%s: %s', (kind, verdict, before, after) => {
    const found = diff(before, after);
    expect(found?.changes.filter((change) => change.kind === kind)).toMatchObject([{ verdict }]);
    expect(found?.changes.find((change) => change.kind === kind)?.reason).toMatch(
      /^[\w.]+: .{12,}/,
    );
  });

  test.each(table)('%s: %s; a raise is asked for when any of it breaks', (_kind, _v, ...pair) => {
    const found = diff(...pair);
    expect(found?.verdict).toBe(together(found?.changes ?? []));
    expect(found?.mustRaise).toBe(found?.changes.some(isBreaking));
  });

  test('every kind of change that the code knows is in the table', () => {
    const folder = join(import.meta.dirname, '../../../core/compatibility');
    const source = globSync(`${folder}/*.ts`).map((path) => readFileSync(path, 'utf8'));
    const last =
      'added|removed|changed|stricter|looser|raised|lowered|renamed|widened|narrowed|loosened|' +
      'tightened|required|optional';
    const known = source.join('\n').matchAll(new RegExp(`'((?:[a-z]+ )+(?:${last}))'`, 'g'));
    const kinds = new Set([...known].map(([, kind]) => kind));
    const elsewhere = ['dataset added', 'dataset removed', 'version lowered'];
    expect([...kinds].toSorted()).toEqual(
      [...new Set([...table.map(([kind]) => kind), ...elsewhere])].toSorted(),
    );
  });
});

test('a reason says what was and what is', () => {
  const reasons = diff({}, price({ min: '1' }))?.changes.map(({ reason }) => reason);
  expect(reasons).toEqual([
    'price: min of range raised from 0.00 to 1.00: rows that were published are now rejected',
  ]);
});

test('the same contract has no changes, however its parts are ordered', () => {
  expect(diff({}, {})).toBeUndefined();
  expect(diff({}, { files: { strictQuotes: true, delimiter: ',' } })).toBeUndefined();
});

test('a breaking change needs a raise of the version, and a raise is enough', () => {
  expect(diff({}, { key: [] })).toMatchObject({ mustRaise: true, verdict: 'backward' });
  expect(diff({}, { key: [], version: 2 })).toMatchObject({ mustRaise: false });
  expect(diff({ version: 2 }, { version: 1 })).toMatchObject({ mustRaise: true, verdict: 'none' });
  expect(diff({}, { version: 2 })).toMatchObject({ mustRaise: false, changes: [] });
});

test('datasets come and go', () => {
  const [one, two] = [lock(base), lock({ ...base, name: 'others' })];
  expect(compareContracts(one, two)).toMatchObject([
    { dataset: 'others', verdict: 'full', mustRaise: false },
    { dataset: 'sales', verdict: 'none', mustRaise: false },
  ]);
});

test.each([
  [[], 'full'],
  [['full', 'backward'], 'backward'],
  [['full', 'forward'], 'forward'],
  [['backward', 'forward'], 'none'],
  [['none', 'full'], 'none'],
] as const)('%j together are %s', (all, verdict) => {
  expect(together(all.map((each) => ({ verdict: each })))).toBe(verdict);
});

test('a kept contract is plain JSON: it is read again as it was written', () => {
  const kept = lock(base);
  expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  expect(compareContracts(JSON.parse(JSON.stringify(kept)), kept)).toEqual([]);
});
