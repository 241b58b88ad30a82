import { describe, expect, test } from 'vitest';
import { csvForm, csvRows, csvSample } from '../../../core/infer/csv-sample.ts';
import { datasetOf, propose } from '../../../core/infer/propose.ts';
import { columnName } from '../../../core/infer/sample.ts';
import { sharedShape } from '../../../core/infer/shape.ts';
import { sourceOf } from '../../../core/infer/source.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';

const repeated = (texts: readonly (string | null)[], rows = 60) =>
  Array.from({ length: rows }, (_, at) => texts[at % texts.length] ?? null);

const proposeColumn = (name: string, texts: readonly (string | null)[], tolerance = 0) => {
  const sample = { names: [name], rows: texts.map((text) => [text]) };
  const [field] = propose([sample], { name: 'things', files: {}, tolerance }).fields;
  if (field === undefined) throw new Error('no field');
  return field;
};

test.each<[string, string, (string | null)[], object]>([
  ['whole numbers', 'count', ['1', '-7', '+3'], { builder: 'integer', init: {} }],
  ['codes with zeros in front', 'count', ['007', '123'], { builder: 'text' }],
  [
    'prices',
    'price',
    ['1.5', '22.25', '-3'],
    { builder: 'decimal', init: { precision: 9, scale: 2 } },
  ],
  [
    'long prices',
    'price',
    ['123456789.5'],
    { builder: 'decimal', init: { precision: 12, scale: 1 } },
  ],
  [
    'prices with a comma',
    'price',
    ['1,5', '2,25'],
    { init: { precision: 9, scale: 2, mark: ',' } },
  ],
  ['large numbers', 'count', ['3000000000', '1'], { builder: 'integer', init: { bits: 64 } }],
  [
    'yes and no',
    'paid',
    ['Yes', 'no'],
    { builder: 'boolean', init: { true: ['Yes'], false: ['no'] } },
  ],
  ['true and false', 'paid', ['true', 'false'], { builder: 'boolean', init: {} }],
  ['ones and zeros', 'count', ['1', '0'], { builder: 'integer' }],
  ['an answer', 'is_paid', ['1', '0'], { builder: 'boolean', init: { true: ['1'], false: ['0'] } }],
  ['countries', 'country', ['PL', 'DE'], { builder: 'country', init: {} }],
  ['currencies', 'currency', ['PLN', 'EUR'], { builder: 'currency', init: {} }],
  ['links', 'page', ['https://example.com/a', 'https://example.com/b'], { builder: 'url' }],
  ['uuids', 'thing', ['0b9f7f0e-8d7a-4c39-9d0a-3f1b7a1e2c3d'], { builder: 'uuid' }],
  ['nested values', 'extra', ['{"a":1}', '[1,2]'], { builder: 'json' }],
  ['times', 'opens', ['10:00:00', '09:30:00'], { builder: 'time' }],
  [
    'days in another order',
    'sold',
    ['31/12/2024', '01/02/2024'],
    { builder: 'date', init: { formats: ['DD/MM/YYYY'] } },
  ],
  [
    'days with the month first',
    'sold',
    ['12/31/2024', '01/02/2024'],
    { builder: 'date', init: { formats: ['MM/DD/YYYY'] } },
  ],
  [
    'days as numbers',
    'sale_date',
    ['20241231', '20240101'],
    { builder: 'date', init: { formats: ['YYYYMMDD'] } },
  ],
  [
    'instants without a zone',
    'sold',
    ['2024-12-31 10:00:00'],
    { builder: 'timestamp', init: { formats: ['YYYY-MM-DD HH:mm:ss'], zone: 'UTC' } },
  ],
  [
    'thousandths since 1970',
    'sold_at',
    ['1704103200000', '1735689600123'],
    { builder: 'timestamp', init: { epoch: 'ms' } },
  ],
  ['days', 'sold', ['2024-02-29', '2020-01-01'], { builder: 'date', init: {} }],
  [
    'instants',
    'sold',
    ['2024-02-29T10:00:00Z', '2020-01-01 00:00:00+01'],
    { builder: 'timestamp' },
  ],
  ['few words', 'state', ['new', 'paid'], { builder: 'oneOf', values: ['new', 'paid'] }],
  [
    'addresses',
    'contact',
    ['a@b.c', 'd@e.f'],
    { builder: 'email', init: { classification: 'confidential' } },
  ],
  [
    'shapes',
    'sku',
    ['AB-12', ...Array.from({ length: 30 }, (_, at) => `AB-${at + 99}`)],
    { init: { pattern: /AB-\d{2,3}/ } },
  ],
  ['an empty cell', 'count', ['1', null], { builder: 'integer', init: { optional: true } }],
  [
    'a null token',
    'count',
    ['1', 'N/A'],
    { builder: 'integer', init: { optional: true, nullTokens: ['N/A'] } },
  ],
  ['nothing at all', 'note', [null], { builder: 'text', init: { optional: true } }],
])('%s', (_what, name, texts, call) => {
  expect(proposeColumn(name, repeated(texts)).call).toMatchObject(call);
});

describe('data about people', () => {
  const cards = ['4111111111111111', '5500-0000-0000-0004', '340000000000009'];
  const ibans = ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432'];
  test.each([
    ['payment cards', 'ref', cards, /cards? numbers.*check digit|payment card numbers/],
    ['bank accounts', 'ref', ibans, /bank account numbers/],
    ['e-mail addresses', 'ref', ['ana@example.com', 'bo@example.com'], /e-mail addresses/],
    ['phone numbers', 'ref', ['+48 600 100 200', '+1 (202) 555-0100'], /phone numbers/],
    ['a name by its column', 'first_name', ['Ana', 'Bo'], /name speaks of a person/],
  ])('%s are confidential, and none of their values is written', (_what, name, texts, evidence) => {
    const all = repeated(texts);
    const sample = { names: ['id', name], rows: all.map((text, at) => [`${at}`, text]) };
    const proposal = propose([sample], { name: 'people', files: {}, tolerance: 0 });
    expect(proposal.fields[1]?.call.init.classification).toBe('confidential');
    expect(proposal.fields[1]?.notes.join(' ')).toMatch(evidence);
    for (const text of texts) expect(sourceOf(proposal)).not.toContain(text);
  });

  test.each([
    ['a number of no card', 'ref', ['4111111111111112', '1234567890123']],
    ['the name of a product', 'product_name', ['Kettle', 'Cup']],
  ])('%s is not', (_what, name, texts) => {
    expect(proposeColumn(name, repeated(texts)).call.init.classification).toBeUndefined();
  });
});

describe('a key', () => {
  const keyOf = (names: readonly string[], rows: readonly (readonly string[])[]) => {
    const { key, otherKeys } = propose([{ names, rows }], {
      name: 'orders',
      files: {},
      tolerance: 0,
    });
    return { key, otherKeys };
  };
  const ids = Array.from({ length: 20 }, (_, at) => [`A${at}`, `B${at}`, `word${at}`]);

  test('is the unique and complete column that is called like one, its own id first', () => {
    expect(keyOf(['customer_id', 'order_id', 'word'], ids)).toEqual({
      key: ['order_id'],
      otherKeys: ['customer_id', 'word'],
    });
  });

  test('is none where values come twice, or no name speaks of a number', () => {
    expect(keyOf(['order_id', 'b', 'c'], [...ids, ['A1', 'x', 'y']])).toMatchObject({ key: [] });
    expect(keyOf(['a', 'b', 'c'], ids)).toMatchObject({ key: [] });
  });
});

test('with a tolerance few wrong values do not make a column text, and are counted', () => {
  const texts = [...repeated(['1', '2'], 98), 'two', null];
  const strict = proposeColumn('count', texts);
  expect(strict.call.builder).toBe('text');
  expect(strict.notes).toContain(
    '98 of 99 values are of kind integer: with --tolerate the others are rejected instead.',
  );
  const field = proposeColumn('count', texts, 0.02);
  expect(field.call).toEqual({ builder: 'integer', init: {} });
  expect(field.notes).toEqual([
    '1 of 100 rows have no value: those rows are rejected.',
    '1 of 99 values are not of kind integer: those rows are rejected.',
  ]);
  const states = [...repeated(['new', 'paid'], 99), 'teleported'];
  expect(proposeColumn('state', states, 0.02).call.values).toEqual(['new', 'paid']);
  expect(proposeColumn('state', states).call.values).toEqual(['new', 'paid', 'teleported']);
});

test('what is guessed of days and zones is said', () => {
  expect(proposeColumn('sold', repeated(['01/02/2024', '03/04/2024'])).notes).toEqual([
    'No day is above 12: day and month may be the other way round.',
  ]);
  expect(proposeColumn('sold', repeated(['13/02/2024', '03/04/2024'])).notes).toEqual([]);
  expect(proposeColumn('sold', repeated(['13.02.2024 10:00'])).notes).toEqual([
    'The texts have no zone; UTC is a guess.',
  ]);
});

test('a complete instant divides the table, a header keeps its name as an alias', () => {
  const rows = Array.from({ length: 5 }, (_, at) => ['1', `2024-01-0${at + 1}T00:00:00Z`]);
  const sample = { names: ['Größe (cm)', 'Sold At'], rows };
  const proposal = propose([sample], { name: 'sizes', files: { delimiter: ';' }, tolerance: 0 });
  expect(proposal.partition).toBe('sold_at');
  const dataset = datasetOf(proposal);
  expect(Object.keys(dataset.fields)).toEqual(['groe_cm', 'sold_at']);
  expect(dataset.fields.groe_cm?.aliases).toEqual(['Größe (cm)']);
  expect(dataset.files.delimiter).toBe(';');
  expect(judgeRow(dataset, { groe_cm: '1', sold_at: '2024-01-01T00:00:00Z' }).ok).toBe(true);
});

test.each([
  ['Order ID', 'order_id'],
  ['2nd', 'c_2nd'],
  ['_row', 'row'],
  ['v_x', 'c_v_x'],
  ['', 'c_'],
  ['\u65e5\u4ed8', 'c_'],
])('the header %j is the column %s', (header, name) => {
  expect(columnName(header, new Set())).toBe(name.replace(/_$/, ''));
});

test('two headers of one name become two columns', () => {
  expect(columnName('Order ID', new Set(['order_id']))).toBe('order_id_2');
});

test.each([
  [['P-1', 'P-22', 'P-3', 'P-4', 'P-5'], 'P-\\d{1,2}'],
  [['a.1', 'b.2', 'c.3', 'd.4', 'e.5'], '[a-z]\\.\\d'],
  [['one', 'two', 'three', 'four', 'five'], undefined],
  [['P-1', 'P-2', 'Q', 'P-4', 'P-5'], undefined],
  [['P-1', 'P-1', 'P-1', 'P-1', 'P-1'], undefined],
  [['P-1', 'P-2'], undefined],
])('the shape of %j is %s', (texts, shape) => {
  expect(sharedShape(texts)).toBe(shape);
});

describe('the form of a CSV text', () => {
  test.each([
    ['a,b\n1,2\n3,4\n', { delimiter: ',', quote: '"' }],
    ['a;b\n1,5;2\n3,5;4\n', { delimiter: ';', quote: '"' }],
    ['a\tb\n1\t2\n', { delimiter: '\t', quote: '"' }],
    ['a|b\n1|2\n', { delimiter: '|', quote: '"' }],
    ["a,b\n1,'x,y'\n2,'z,\nw'\n", { delimiter: ',', quote: "'" }],
    ['alone\n1\n', { delimiter: ',', quote: '"' }],
  ])('%j', (text, form) => {
    expect(csvForm(text)).toEqual(form);
  });

  const form = { delimiter: ',', quote: '"' } as const;
  test('quotes, line ends and empty lines are read as the engine reads them', () => {
    const text = 'a,b\r\n"x ""y""\n",\r\n\n1,"2"';
    expect(csvRows(text, form, 10)).toEqual([
      ['a', 'b'],
      ['x "y"\n', ''],
      ['1', '2'],
    ]);
    expect(csvRows(text, form, 10, false)).toHaveLength(2);
    expect(csvRows(text, form, 1)).toEqual([['a', 'b']]);
    expect(csvRows('a,b\n1,', form, 9)).toEqual([
      ['a', 'b'],
      ['1', ''],
    ]);
    expect(csvRows('a,b\n1,', form, 9, false)).toEqual([['a', 'b']]);
  });

  test('rows of another length are left out', () => {
    expect(csvSample('a,b\n1\n1,2\n1,2,3\n', form, 10, true).rows).toEqual([['1', '2']]);
  });
});
