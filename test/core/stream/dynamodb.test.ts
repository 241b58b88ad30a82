import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../../core/stream/envelope.ts';

const open = (text: string) => {
  const payload = Buffer.from(text);
  const found = openEnvelope('dynamodb', { payload, partitionKey: 'p' });
  if (found.kind !== 'row') return found;
  return { row: Buffer.from(found.line).toString(), meta: found.meta };
};

const time = '"ApproximateCreationDateTime":1710000000123';
const change = (name: string, images: string): string =>
  `{"awsRegion":"eu-west-1","eventID":"e-1","eventName":"${name}","userIdentity":null,` +
  `"recordFormat":"application/json","tableName":"t","dynamodb":{${time},"Keys":{"id":{"S":"k"}}` +
  `${images === '' ? '' : `,${images}`},"SizeBytes":59},"eventSource":"aws:dynamodb"}`;
const meta = (op: string) => ({
  ...{ kind: 'change', op, id: 'e-1' },
  ...{ order: '00001710000000123000', micros: '1710000000123000' },
});

const rowOf = (attributes: string): string => {
  const found = open(change('INSERT', `"NewImage":${attributes}`));
  if ('row' in found) return found.row;
  return found.kind === 'refused' ? found.code : found.kind;
};

/** An item as DynamoDB writes it; the SDK's own writer loses a key `__proto__`. */
const image = (item: object): string =>
  `{${Object.entries(item).map(([key, value]) => `${JSON.stringify(key)}:${attribute(value)}`)}}`;

const attribute = (value: unknown): string => {
  if (value === null) return '{"NULL":true}';
  if (Array.isArray(value)) return `{"L":[${value.map(attribute)}]}`;
  if (typeof value === 'object') return `{"M":${image(value)}}`;
  if (typeof value === 'string') return `{"S":${JSON.stringify(value)}}`;
  return typeof value === 'number' ? `{"N":"${value}"}` : `{"BOOL":${value}}`;
};

describe('a change of DynamoDB', () => {
  const [before, after] = [
    '"OldImage":{"id":{"S":"k"},"a":{"N":"1"}}',
    '"NewImage":{"id":{"S":"n"}}',
  ];
  test.each([
    ['INSERT', 'insert', after, '{"id":"n"}'],
    ['MODIFY', 'update', `${after},${before}`, '{"id":"n"}'],
    ['REMOVE', 'delete', before, '{"id":"k","a":1}'],
    ['REMOVE', 'delete', '', '{"id":"k"}'],
  ])('%s is an %s', (name, op, images, row) => {
    expect(open(change(name, images))).toEqual({ row, meta: meta(op) });
  });

  test.each([
    ['texts as they are spelled', '{"a":{"S":"\\u00e9\\"\\n, \\/"}}', '{"a":"\\u00e9\\"\\n, \\/"}'],
    ['an empty text', '{"a":{"S":""}}', '{"a":""}'],
    [
      'numbers with every digit',
      '{"a":{"N":"12.50"},"b":{"N":"9007199254740993"}}',
      '{"a":12.50,"b":9007199254740993}',
    ],
    ['numbers with exponents', '{"a":{"N":"-1E+125"}}', '{"a":-1E+125}'],
    ['bytes', '{"a":{"B":"AQI="}}', '{"a":"AQI="}'],
    [
      'words',
      '{"a":{"BOOL":true},"b":{"BOOL":false},"c":{"NULL":true}}',
      '{"a":true,"b":false,"c":null}',
    ],
    [
      'maps and lists',
      '{"a":{"M":{"b":{"L":[{"S":"x"},{"L":[]},{"M":{}}]}}}}',
      '{"a":{"b":["x",[],{}]}}',
    ],
    [
      'sets',
      '{"a":{"SS":["x","y"]},"b":{"NS":["1.0","2"]},"c":{"BS":["AQI="]}}',
      '{"a":["x","y"],"b":[1.0,2],"c":["AQI="]}',
    ],
    [
      'blanks and line ends',
      ' {\n "a" : { "L" : [ { "N" : "1" } , { "S" : "x" } ] } , "b":{"NULL":true}}',
      '{"a":[1,"x"],"b":null}',
    ],
    ['a type by escape', '{"a":{"\\u0053":"x"}}', '{"a":"x"}'],
    [
      'attributes named as types',
      '{"S":{"S":"x"},"M":{"M":{"N":{"N":"1"}}}}',
      '{"S":"x","M":{"N":1}}',
    ],
    ['nothing', '{}', '{}'],
  ])('has %s in its row', (_name, image, row) => {
    expect(rowOf(image)).toBe(row);
  });

  test('gives the item that was put', () => {
    const item = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.jsonValue(), {
      maxKeys: 5,
    });
    fc.assert(
      fc.property(item, (put) => {
        const plain: Record<string, unknown> = JSON.parse(JSON.stringify(put));
        expect(rowOf(image(plain))).toBe(JSON.stringify(plain));
      }),
    );
  });

  test('is read as the SDK writes it', () => {
    const put = { a: 'x', b: [1.5, null, { c: true }], d: new Set([1, 2]) };
    expect(rowOf(JSON.stringify(marshall(put)))).toBe(
      '{"a":"x","b":[1.5,null,{"c":true}],"d":[1,2]}',
    );
  });

  test.each([
    ['no type', '{"a":{}}', 'E_ENVELOPE'],
    ['two types', '{"a":{"S":"x","N":"1"}}', 'E_ENVELOPE'],
    ['a type that is not known', '{"a":{"X":"x"}}', 'E_ENVELOPE'],
    ['a plain value', '{"a":"x"}', 'E_ENVELOPE'],
    ['a bare number', '{"a":{"N":1}}', 'E_ENVELOPE'],
    ['a number with a plus', '{"a":{"N":"+1"}}', 'E_ENVELOPE'],
    ['a number with zeros before it', '{"a":{"N":"01"}}', 'E_ENVELOPE'],
    ['a number without digits', '{"a":{"N":""}}', 'E_ENVELOPE'],
    ['a number that ends early', '{"a":{"N":"1."}}', 'E_ENVELOPE'],
    ['a word for a number', '{"a":{"N":"true"}}', 'E_ENVELOPE'],
    ['an object for a number', '{"a":{"N":"{}"}}', 'E_ENVELOPE'],
    ['two numbers in one', '{"a":{"N":"1,2"}}', 'E_ENVELOPE'],
    ['a number by escape', '{"a":{"N":"\\u0031"}}', 'E_ENVELOPE'],
    ['a word for a text', '{"a":{"S":null}}', 'E_ENVELOPE'],
    ['a text for a word', '{"a":{"BOOL":"true"}}', 'E_ENVELOPE'],
    ['a null that is none', '{"a":{"NULL":false}}', 'E_ENVELOPE'],
    ['a list of plain values', '{"a":{"L":["x"]}}', 'E_ENVELOPE'],
    ['a set of numbers', '{"a":{"NS":[1]}}', 'E_ENVELOPE'],
    ['a map that is a list', '{"a":{"M":[]}}', 'E_ENVELOPE'],
    ['a list that is a map', '{"a":{"L":{}}}', 'E_ENVELOPE'],
    ['an image that is a text', '"x"', 'E_ENVELOPE'],
    ['an attribute twice', '{"a":{"S":"x"},"a":{"S":"y"}}', 'E_JSON_DUP_KEY'],
    ['a NUL', '{"a":{"S":"\\u0000"}}', 'E_CONTROL_CHAR'],
    ['an image that is null', 'null', 'E_CDC_OP'],
  ])('with %s is refused', (_name, image, code) => {
    expect(rowOf(image)).toBe(code);
  });

  const nested = (levels: number): string =>
    `{"a":${'{"M":{"a":'.repeat(levels)}{"S":"x"}${'}}'.repeat(levels)}}`;
  test('may be as deep as any row', () => {
    expect(rowOf(nested(31))).toContain('"x"');
    expect(rowOf(nested(32))).toBe('E_DEPTH');
    expect(rowOf(nested(5_000))).toBe('E_DEPTH');
  });

  test.each([
    ['an operation of another name', change('UPSERT', ''), 'E_CDC_OP'],
    ['an insert without an image', change('INSERT', ''), 'E_CDC_OP'],
    ['no operation', `{"dynamodb":{${time}}}`, 'E_ENVELOPE'],
    ['no change', '{"eventName":"INSERT"}', 'E_ENVELOPE'],
    ['no time', '{"eventName":"REMOVE","dynamodb":{"Keys":{}}}', 'E_ENVELOPE'],
    ['two changes', `{"eventName":"INSERT","dynamodb":{},"dynamodb":{}}`, 'E_JSON_DUP_KEY'],
    ['no JSON', '{"eventName":', 'E_JSON'],
    ['no object', '[]', 'E_JSON_SHAPE'],
    ['nothing', '', 'E_JSON'],
  ])('with %s is refused', (_name, text, code) => {
    expect(open(text)).toEqual({ kind: 'refused', code });
  });
});

describe('the order of its changes', () => {
  const order = (told: string): string => {
    const found = open(`{"eventName":"REMOVE","dynamodb":{"Keys":{},${told}}}`);
    if ('row' in found) return found.meta.kind === 'change' ? found.meta.order : '';
    return found.kind === 'refused' ? found.code : found.kind;
  };
  const at = (told: string): string => `"ApproximateCreationDateTime":${told}`;
  const unit = (name: string): string => `,"ApproximateCreationDateTimePrecision":"${name}"`;
  const micros = '00001710000000123000';
  test.each([
    ['milliseconds', at('1710000000123'), micros],
    ['milliseconds that are said', at('1710000000123') + unit('MILLISECOND'), micros],
    ['microseconds', at('1710000000123000'), micros],
    ['microseconds that are said', at('1710000000123000') + unit('MICROSECOND'), micros],
    ['seconds, as DynamoDB’s own streams have them', at('1710000000'), '00001710000000000000'],
    [
      'a sequence number',
      `${at('1710000000123')},"SequenceNumber":"4421584500000000017450439091"`,
      `${micros}.0000000000004421584500000000017450439091`,
    ],
    ['a unit that is not known', at('1') + unit('NANOSECOND'), 'E_ENVELOPE'],
    ['a time with a fraction', at('1710000000.5'), 'E_ENVELOPE'],
    ['a time of too many digits', at('171000000012300000'), 'E_ENVELOPE'],
    [
      'a sequence number of too many digits',
      `${at('1')},"SequenceNumber":"${'1'.repeat(41)}"`,
      'E_ENVELOPE',
    ],
  ])('is read from %s', (_name, told, expected) => {
    expect(order(told)).toBe(expected);
  });
});
