import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../../core/stream/envelope.ts';

const open = (text: string) => {
  const payload = Buffer.from(text);
  const found = openEnvelope('debezium', { payload, partitionKey: '{"id":7}' });
  if (found.kind !== 'row') return found;
  return { row: Buffer.from(found.line).toString(), meta: found.meta };
};

const order = (source: string): string => {
  const found = open(`{"op":"c","after":{},"source":${source}}`);
  if ('row' in found) return found.meta.kind === 'change' ? found.meta.order : found.meta.kind;
  return found.kind === 'refused' ? found.code : found.kind;
};

const postgres = (lsn: string): string => `{"connector":"postgresql","lsn":${lsn},"ts_ms":1}`;
const source = postgres('24023128');
const change = (op: string, before: string, after: string): string =>
  `{"before":${before},"after":${after},"source":${source},"op":"${op}","ts_ms":1}`;
const wrapped = (payload: string): string => `{"schema":{"type":"struct"},"payload":${payload}}`;
const meta = (op: string) => ({
  ...{ kind: 'change', op, order: '00000000000024023128', micros: '1000', id: null },
});

describe('a change of Debezium', () => {
  const row = '{"id":7, "price":12.50}';
  const old = '{"id":7,"price":9007199254740993}';
  test.each([
    ['c', 'insert', 'null', row, row],
    ['u', 'update', old, row, row],
    ['r', 'snapshot', 'null', row, row],
    ['d', 'delete', old, 'null', old],
  ])('%s is an %s, with its row as it stands there', (op, told, before, after, expected) => {
    const text = change(op, before, after);
    expect(open(text)).toEqual({ row: expected, meta: meta(told) });
    expect(open(wrapped(text))).toEqual({ row: expected, meta: meta(told) });
  });

  test.each([
    ['an empty body', ''],
    ['null', ' null\n'],
    ['a schema around null', '{"schema":null,"payload":null}'],
  ])('%s is a tombstone of its key', (_name, text) => {
    expect(open(text)).toEqual({ kind: 'tombstone', key: '{"id":7}' });
  });

  test('is read where only the row as it was before is odd', () => {
    const odd = '{"a":"\\u0000\\ud800","b":1,"b":2}';
    expect(open(change('u', odd, row))).toEqual({ row, meta: meta('update') });
  });

  test.each([
    ['a truncation', change('t', 'null', 'null'), 'E_CDC_OP'],
    ['a message', change('m', 'null', 'null'), 'E_CDC_OP'],
    ['a delete without the row before', change('d', 'null', 'null'), 'E_CDC_OP'],
    ['a delete with the row after', change('d', 'null', row), 'E_CDC_OP'],
    ['an insert without a row', change('c', row, 'null'), 'E_CDC_OP'],
    ['no row at all', `{"op":"c","source":${source}}`, 'E_CDC_OP'],
    ['no operation', `{"after":${row},"source":${source}}`, 'E_ENVELOPE'],
    ['an operation that is no text', `{"op":1,"after":${row},"source":${source}}`, 'E_ENVELOPE'],
    ['no source', `{"op":"c","after":${row}}`, 'E_ENVELOPE'],
    ['a source that is a text', `{"op":"c","after":${row},"source":"x"}`, 'E_ENVELOPE'],
    ['a row without an envelope', row, 'E_ENVELOPE'],
    ['a payload that is a text', '{"schema":{},"payload":"x"}', 'E_ENVELOPE'],
    ['a schema alone', '{"schema":{}}', 'E_ENVELOPE'],
    ['a member twice', `{"op":"c","op":"d","after":${row},"source":${source}}`, 'E_JSON_DUP_KEY'],
    ['one twice in its payload', wrapped('{"op":"c","op":"d"}'), 'E_JSON_DUP_KEY'],
    ['a position twice', `{"op":"c","after":${row},"source":{"lsn":1,"lsn":2}}`, 'E_JSON_DUP_KEY'],
    ['a row that is a text', change('c', 'null', '"{}"'), 'E_JSON_SHAPE'],
    ['an odd row', change('c', 'null', '{"a":"\\u0000"}'), 'E_CONTROL_CHAR'],
    ['blanks alone', '  ', 'E_JSON'],
    ['half of null', 'nul', 'E_JSON'],
    ['null and more', 'null,', 'E_JSON'],
    ['an array', '[]', 'E_JSON_SHAPE'],
  ])('with %s is refused', (_name, text, code) => {
    expect(open(text)).toEqual({ kind: 'refused', code });
  });
});

describe('the order of changes', () => {
  const mysql = (file: string, pos: number, row = 0): string =>
    `{"connector":"mysql","file":"${file}","pos":${pos},"row":${row},"ts_ms":1}`;
  const sqlServer = (commit: string, change: string, serial: number | null): string =>
    `{"connector":"sqlserver","commit_lsn":"${commit}","change_lsn":${change},` +
    `"event_serial_no":${serial}}`;
  const [first, second] = ['00000025:00000d98:00a2', '00000025:00000d98:00a3'];
  test.each([
    ['positions of Postgres', postgres('999'), postgres('1000')],
    [
      'positions of Postgres beyond a double',
      postgres('9007199254740992'),
      postgres('9007199254740993'),
    ],
    ['the largest position', postgres('0'), postgres('18446744073709551615')],
    ['positions of MySQL', mysql('bin.000009', 99), mysql('bin.000009', 100)],
    ['files of MySQL', mysql('bin.999999', 500), mysql('bin.1000000', 4)],
    ['rows of one statement', mysql('bin.000009', 99, 9), mysql('bin.000009', 99, 10)],
    [
      'commits of SQL Server',
      sqlServer(first, `"${second}"`, 1),
      sqlServer(second, `"${first}"`, 1),
    ],
    [
      'changes of one commit',
      sqlServer(first, `"${first}"`, 2),
      sqlServer(first, `"${second}"`, 1),
    ],
    [
      'serials of one change',
      sqlServer(first, `"${first}"`, 9),
      sqlServer(first, `"${first}"`, 10),
    ],
    ['a snapshot of SQL Server', sqlServer(first, 'null', null), sqlServer(first, `"${first}"`, 1)],
    [
      'numbers of Oracle',
      '{"connector":"oracle","scn":"99"}',
      '{"connector":"oracle","scn":"100"}',
    ],
    ['milliseconds', '{"ts_ms":999}', '{"ts_ms":1000}'],
    ['a finer clock', '{"ts_ms":5,"ts_us":5001}', '{"ts_ms":5,"ts_us":5001,"ts_ns":5001001}'],
    [
      'changes of one second',
      '{"connector":"mongodb","ts_ms":1,"ord":9}',
      '{"connector":"mongodb","ts_ms":1,"ord":10}',
    ],
  ])('of %s is that of their texts', (_name, before, after) => {
    expect(order(before)).toMatch(/^\d/);
    expect(order(before) < order(after)).toBe(true);
  });

  test('compares as the numbers do', () => {
    const position = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(order(postgres(String(a))) < order(postgres(String(b)))).toBe(a < b);
      }),
    );
  });

  test.each([
    ['Postgres without a position', '{"connector":"postgresql","lsn":null,"ts_ms":1}'],
    ['Postgres with a text', '{"connector":"postgresql","lsn":"0/16E9130"}'],
    ['a negative number', '{"ts_ms":-1}'],
    ['a number of more than 64 bits', postgres('100000000000000000000')],
    ['MySQL without a file', '{"connector":"mysql","pos":1,"ts_ms":1}'],
    ['SQL Server with a position of another form', sqlServer('25:1:1', 'null', 1)],
    ['a wrong position of a change', sqlServer(first, '"x"', 1)],
    ['no clock', '{"connector":"other"}'],
  ])('is refused for %s', (_name, text) => {
    expect(order(text)).toBe('E_ENVELOPE');
  });
});
