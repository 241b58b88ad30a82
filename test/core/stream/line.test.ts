import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EpochMs } from '../../../core/ids.ts';
import { fromBase64, toBase64 } from '../../../core/stream/base64.ts';
import { readStreamLine, type StreamRecord } from '../../../core/stream/line.ts';
import { compareSequences } from '../../../core/stream/sequence.ts';
import { printedLine } from '../../support/stream-records.ts';

const record = (payload: string | Uint8Array, more: Partial<StreamRecord> = {}): StreamRecord => ({
  shard: 'shardId-000000000000',
  sequence: '49590338271490256608559692538361571095921575989136588898',
  arrivedAt: EpochMs.parse(1_710_000_000_123),
  partitionKey: 'k',
  payload: Buffer.from(payload),
  ...more,
});
const printed = (...given: Parameters<typeof record>): string =>
  Buffer.from(printedLine(record(...given))).toString();

/** A line read back, its payload in the form that the tests write. */
const read = (line: Uint8Array) => {
  const found = readStreamLine(line);
  if (found.kind === 'refused') return found;
  return { ...found, record: { ...found.record, payload: Buffer.from(found.record.payload) } };
};

const head =
  '{"shard":"shardId-000000000000","sequence":"49590338271490256608559692538361571095921575989136588898"';
const tail = ',"arrived_at":1710000000123,"partition_key":"k"';

describe('a line of a stream', () => {
  test.each([
    ['a record as it came', '{ "a" : 12.50 }', '"record":{ "a" : 12.50 }}'],
    ['the blanks around it', ' {}\t', '"record": {}\t}'],
    ['blanks for its line ends', '{\r\n"a":"\\n"}\n', '"record":{  "a":"\\n"} }'],
    ['JSON that is no row', '[1]', '"record":[1]}'],
    ['null', 'null', '"record":null}'],
    ['an odd text', '{"a":"\\u0000","a":2}', '"record":{"a":"\\u0000","a":2}}'],
    ['nothing', '', '"bytes":""}'],
    ['blanks', ' \n', '"bytes":"IAo="}'],
    ['a text', 'a,b', '"bytes":"YSxi"}'],
    ['two values', '{}\n{}', '"bytes":"e30Ke30="}'],
    ['JSON that closes the line', '{}}', '"bytes":"e319"}'],
    ['bytes of another encoding', Buffer.from('"\xe9"', 'latin1'), '"bytes":"Iuki"}'],
  ])('holds %s', (_name, payload, end) => {
    expect(printed(payload)).toBe(`${head}${tail},${end}`);
  });

  test('of a record in an aggregate has its place', () => {
    expect(printed('{}', { sub: 3 })).toBe(`${head},"sub":3${tail},"record":{}}`);
  });

  test('holds what is too deep to be looked into as bytes', () => {
    expect(printed('['.repeat(100_000))).toContain('"bytes":"W1tb');
    const deep = `${'['.repeat(72)}${']'.repeat(72)}`;
    expect(printed(deep)).toContain('"record":[[');
    expect(read(printedLine(record(deep)))).toEqual({ kind: 'record', record: record(deep) });
  });

  const json = fc
    .tuple(fc.json(), fc.constantFrom('', ' ', '\t', '\n'), fc.constantFrom('', ' ', '\r\n'))
    .map(([text, before, behind]) => Buffer.from(`${before}${text}${behind}`));
  const records = fc.record(
    {
      shard: fc.string(),
      sequence: fc.bigInt({ min: 0n, max: 10n ** 129n - 1n }).map(String),
      sub: fc.nat(),
      arrivedAt: fc.maxSafeNat().map((at) => EpochMs.parse(at)),
      partitionKey: fc.string({ unit: 'binary' }),
      payload: fc.oneof(
        json,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
    },
    { requiredKeys: ['shard', 'sequence', 'arrivedAt', 'partitionKey', 'payload'] },
  );

  test('gives back the record, byte for byte but for line ends of JSON', () => {
    fc.assert(
      fc.property(records, (given) => {
        const line = Buffer.from(printedLine(given));
        expect(line.includes(10) || line.includes(13)).toBe(false);
        expect(JSON.parse(line.toString())).toMatchObject({ shard: given.shard });
        const isJson = line.includes('"record":');
        const payload = isJson
          ? Buffer.from(given.payload.toString('latin1').replace(/[\r\n]/g, ' '), 'latin1')
          : given.payload;
        expect(read(line)).toEqual({ kind: 'record', record: { ...given, payload } });
      }),
      { numRuns: 1_000 },
    );
  });

  test('may be written by another hand', () => {
    const line = `{"record" : {"a":1} , ${head.slice(1)}${tail} }`;
    expect(read(Buffer.from(line))).toEqual({
      kind: 'record',
      record: record(' {"a":1} '),
    });
  });

  const whole = `${head}${tail},"record":{}}`;
  test.each([
    ['without a record', `${head}${tail}}`, 'E_ENVELOPE'],
    ['with a record and bytes', `${head}${tail},"record":{},"bytes":"e30="}`, 'E_ENVELOPE'],
    ['with bytes that are no base64', `${head}${tail},"bytes":"e30"}`, 'E_ENVELOPE'],
    ['with bytes that are no text', `${head}${tail},"bytes":1}`, 'E_ENVELOPE'],
    ['with a name that is not known', whole.replace('{', '{"x":1,'), 'E_ENVELOPE'],
    ['with a sequence that is a number', whole.replace(/"\d{56}"/, '1'), 'E_ENVELOPE'],
    ['with a sequence of another form', whole.replace(/"\d{56}"/, '"-1"'), 'E_ENVELOPE'],
    ['without a shard', whole.replace('"shard":"shardId-000000000000",', ''), 'E_ENVELOPE'],
    ['without a partition key', whole.replace(',"partition_key":"k"', ''), 'E_ENVELOPE'],
    ['with a place below 0', whole.replace('"arr', '"sub":-1,"arr'), 'E_ENVELOPE'],
    [
      'with a place beyond all numbers',
      whole.replace('"arr', `"sub":${'9'.repeat(20)},"arr`),
      'E_ENVELOPE',
    ],
    ['with a time that is a fraction', whole.replace('123,', '123.5,'), 'E_ENVELOPE'],
    ['without a time', whole.replace('"arrived_at":1710000000123,', ''), 'E_ENVELOPE'],
    ['with two records', whole.replace('"rec', '"record":1,"rec'), 'E_JSON_DUP_KEY'],
    ['that is cut off', whole.slice(0, -1), 'E_JSON'],
    ['that is no object', '[]', 'E_JSON_SHAPE'],
    ['of another encoding', Buffer.from(whole.replace('"k"', '"\xe9"'), 'latin1'), 'E_ENCODING'],
  ])('%s is refused', (_name, line, code) => {
    expect(read(Buffer.from(line))).toEqual({ kind: 'refused', code });
  });
});

describe('base64', () => {
  test('is that of Node', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
  });

  test.each(['QR==', 'QUJ=', 'QQ', 'QQ=', 'Q===', '====', '=AAA', 'Q=Q=', '-_-_', 'QUJ\n', 'QUJé'])(
    '%j is none',
    (text) => {
      expect(fromBase64(text)).toBeUndefined();
    },
  );

  test('of four characters there is one for each group of bytes', () => {
    const chars = fc.constantFrom(...'AQgwEz/+=-'.split(''));
    fc.assert(
      fc.property(fc.array(chars, { maxLength: 9 }), (all) => {
        const text = all.join('');
        const isCanonical = Buffer.from(text, 'base64').toString('base64') === text;
        expect(fromBase64(text) !== undefined).toBe(isCanonical);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('sequence numbers', () => {
  test.each([
    ['9', '10', -1],
    ['10', '9', 1],
    ['0', '0', 0],
    [
      '49590338271490256608559692538361571095921575989136588898',
      '49590338271490256608559692538361571095921575989136588899',
      -1,
    ],
  ])('%s against %s', (a, b, expected) => {
    expect(compareSequences(a, b)).toBe(expected);
  });

  test('compare as numbers', () => {
    const number = fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 57n }),
      fc.bigInt({ min: 0n, max: 200n }),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        const expected = a < b ? -1 : Number(a > b);
        expect(compareSequences(String(a), String(b))).toBe(expected);
      }),
    );
  });
});
