import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { streamRows } from '../../../adapters/engine/prepare/stream.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { limits } from '../../../core/limits.ts';
import { asRecords } from '../../../core/push/as-records.ts';
import { type Envelope, envelopes } from '../../../core/stream/envelope.ts';
import { openRecord } from '../../../core/stream/open.ts';
import { isBinary } from '../../../core/stream/options.ts';
import { readSegment, routesOf } from '../../../core/stream/reading.ts';
import type { RawRecord } from '../../../core/stream/segment.ts';
import { decideSegment, objectsOf } from '../../../core/stream/sift.ts';
import { judgedLines } from '../../support/judged-lines.ts';
import { asEvent, bodyCases } from '../../support/stream-bodies.ts';
import { payloadsFor, printedLine, rawRecords, streamed } from '../../support/stream-records.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'stream-rows-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let runs = 0;
/** The rows of a landing object, in a folder of their own. */
const prepared = async (dataset: Dataset, object: Uint8Array) => {
  runs += 1;
  const outDir = join(dir, `run-${runs}`);
  mkdirSync(outDir);
  const path = join(outDir, 'object.jsonl');
  writeFileSync(path, object);
  const found = await streamRows({ path, dataset, outDir });
  if (found.kind === 'refused') throw new Error(`${found.code}: ${found.detail}`);
  return { path: found.path, outDir };
};

const objectOf = (records: readonly RawRecord[], isBytes = false): Buffer =>
  Buffer.concat(
    records.flatMap((one) => [
      isBytes ? printedLine(one, false) : printedLine(one),
      Buffer.from('\n'),
    ]),
  );

/** Lines as they are judged, each a character a byte. */
const linesOf = async (envelope: Envelope, payloads: readonly (string | Uint8Array)[]) => {
  const dataset = asRecords(streamed('rows', { envelope }));
  const { path } = await prepared(dataset, objectOf(rawRecords(payloads)));
  const text = readFileSync(path, 'latin1');
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
};

const judged = async (dataset: Dataset, object: Uint8Array) => {
  const { path, outDir } = await prepared(dataset, object);
  return await judgedLines(dataset, path, outDir);
};

const debezium = (op: string, after: string): string =>
  `{"after":${after},"source":{"ts_ms":1},"op":"${op}"}`;

describe('the rows of a landing object of a stream', () => {
  test('are those that came, byte for byte', async () => {
    const rows = ['{"id":1}', '{ "id" : 12.50,"é":"\\u0061\\n" }\t', ' {"id":2}'];
    const expected = rows.map((row) => Buffer.from(row).toString('latin1'));
    expect(await linesOf('json', rows)).toEqual(expected);
  });

  test('are the parts of their envelopes, as they stand there', async () => {
    const row = '{"id": 1.0, "note":"a"}';
    expect(await linesOf('debezium', [debezium('c', row), debezium('r', row)])).toEqual([row, row]);
  });

  test('lose line ends between parts of JSON, and nothing else', async () => {
    expect(await linesOf('json', ['{\r\n"id":\n1}\n', '{"id":2}'])).toEqual([
      ...['{  "id": 1} ', '{"id":2}'],
    ]);
  });

  test('are none where a record is a tombstone: an empty line keeps its place', async () => {
    const payloads = [debezium('c', '{"id":1}'), '', 'null', debezium('c', '{"id":"x"}')];
    expect(await linesOf('debezium', payloads)).toEqual(['{"id":1}', '', '', '{"id":"x"}']);
    const dataset = asRecords(streamed('rows', { envelope: 'debezium' }));
    expect(await judged(dataset, objectOf(rawRecords(payloads)))).toEqual({
      ...{ kind: 'judged', valid: 1 },
      rejected: [{ row: 2, reasons: [{ code: 'E_TYPE', field: 'id' }] }],
    });
  });

  test('keep the bytes of a record that is none, behind the mark of the reason', async () => {
    const payloads = ['a\u001e,b', 'two\nlines', 'two\rlines', Buffer.from([0xff, 0x00])];
    const lines = await linesOf('json', payloads);
    const [text, ...others] = lines.map((line) => line.slice(2));
    expect(text).toBe('a\u001e,b');
    expect(others.map((one) => Buffer.from(one, 'base64'))).toEqual(
      payloads.slice(1).map((one) => Buffer.from(one)),
    );
    expect(lines.map((line) => line.charCodeAt(0))).toEqual([0x1e, 0x1e, 0x1e, 0x1e]);
  });

  test('are rejected where a line was not written by us, and the others are not', async () => {
    const [first = '', last = ''] = objectOf(rawRecords(['{"id":1}', '{"id":2}']))
      .toString()
      .split('\n');
    const object = Buffer.from([first, '{"id":3}', 'odd', last].join('\n'));
    expect(await judged(asRecords(streamed('rows')), object)).toEqual({
      ...{ kind: 'judged', valid: 2 },
      rejected: [
        { row: 2, reasons: [{ code: 'E_ENVELOPE', field: null }] },
        { row: 3, reasons: [{ code: 'E_JSON', field: null }] },
      ],
    });
  });

  test('of any length are rejected for what was found, and not for their length', async () => {
    const sizes = [0, limits.rowBytesMax, 10 * 1024 * 1024];
    const payloads = sizes.map((size) => Buffer.alloc(size + 1, 0xfe));
    const dataset = asRecords(streamed('rows', { envelope: 'debezium' }));
    expect(await judged(dataset, objectOf(rawRecords(payloads)))).toEqual({
      ...{ kind: 'judged', valid: 0 },
      rejected: payloads.map((_, at) => ({
        row: at + 1,
        reasons: [{ code: 'E_ENCODING', field: null }],
      })),
    });
  });

  test('may be all tombstones', async () => {
    const dataset = asRecords(streamed('rows', { envelope: 'debezium' }));
    expect(await judged(dataset, objectOf(rawRecords(['', 'null'])))).toEqual({
      ...{ kind: 'judged', valid: 0, rejected: [] },
    });
  });
});

type Verdict =
  | 'valid'
  | 'no row'
  | readonly { readonly code: string; readonly field: string | null }[];

/** What the door says of each record by itself. */
const verdicts = (dataset: Dataset, records: readonly RawRecord[]): readonly Verdict[] => {
  const judge = lineJudge(dataset);
  return records.map((record): Verdict => {
    const opened = openRecord(dataset, record);
    if (opened.kind === 'tombstone') return 'no row';
    if (opened.kind === 'refused') return [{ code: opened.code, field: null }];
    const [found] = judge([opened.line]);
    return found?.ok === false ? found.reasons : 'valid';
  });
};

/** The verdicts in the form that the way of files has for them. */
const asJudged = (all: readonly Verdict[]) => {
  const rows = all.filter((one) => one !== 'no row');
  return {
    kind: 'judged',
    valid: rows.filter((one) => one === 'valid').length,
    rejected: rows.flatMap((reasons, at) =>
      reasons === 'valid' ? [] : [{ row: at + 1, reasons }],
    ),
  };
};

const common = ['E_ENCODING', 'E_JSON', 'E_DEPTH', 'E_TYPE'];
const cases = [
  ...envelopes.map((envelope) => ({
    ...{ name: `the envelope ${envelope}`, stream: { envelope }, payloads: payloadsFor(envelope) },
    codes: [
      ...common.filter((code) => envelope !== 'dynamodb' || code === 'E_ENCODING'),
      ...(envelope === 'json' ? [] : ['E_ENVELOPE']),
      ...(envelope === 'debezium' || envelope === 'dynamodb' ? ['E_CDC_OP'] : []),
    ],
  })),
  ...bodyCases.map(({ name, body, payloads, codes }) => ({
    ...{ name: `the body ${name}`, stream: { body }, payloads, codes },
  })),
  ...bodyCases.map(({ name, body, payloads, codes }) => ({
    ...{ name: `the body ${name} in events`, stream: { body, envelope: 'cloudevents' as const } },
    payloads: [...payloads.map(asEvent), ...payloadsFor('cloudevents')],
    codes: ['E_JSON', ...codes],
  })),
];

describe.each(cases)('records of $name', ({ stream, payloads, codes: wanted }) => {
  const declared = streamed('rows', stream);
  const dataset = asRecords(declared);
  const routes = routesOf([declared], lineJudge);
  const all = rawRecords(payloads);

  test('are all judged as they are at the door, each with its number and reasons', async () => {
    const expected = asJudged(verdicts(dataset, all));
    const codes = new Set(expected.rejected.flatMap(({ reasons }) => reasons.map((r) => r.code)));
    expect([...codes]).toEqual(expect.arrayContaining([...wanted]));
    expect(expected.valid).toBeGreaterThan(0);
    expect(await judged(dataset, objectOf(all, isBinary(dataset.stream)))).toEqual(expected);
  });

  test('land apart: those accepted are all valid, those rejected all rejected', async () => {
    const drawn = fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(drawn, async (picked) => {
        const [first, ...others] = rawRecords(picked.map(({ payload }) => payload));
        if (first === undefined) return;
        const records = [first, ...others];
        const { segment, placed } = decideSegment(routes, 'Events', [first, ...others]);
        const told = verdicts(dataset, records);
        const objects = objectsOf(segment, placed);
        expect(objectsOf(segment, readSegment(routes, segment, records))).toEqual(objects);
        for (const [key, object] of objects) {
          const isRejected = key.endsWith('-rejected.jsonl');
          const own = told.filter((one) => (typeof one !== 'string') === isRejected);
          expect(await judged(dataset, object)).toEqual(asJudged(own));
        }
        expect(segment.objects.length).toBe(new Set(told.map((one) => typeof one)).size);
      }),
      { numRuns: 8 },
    );
  });
});
