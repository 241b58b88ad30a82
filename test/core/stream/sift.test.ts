import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { checkRoutes, fromStream } from '../../../core/stream/options.ts';
import { readSegment, routesOf, singleRecords } from '../../../core/stream/reading.ts';
import type { RawRecord } from '../../../core/stream/segment.ts';
import { decideSegment, objectsOf } from '../../../core/stream/sift.ts';
import { rawRecords, streamed } from '../../support/stream-records.ts';
import { aggregated } from './wire-writer.ts';

const clicks = streamed('clicks', { when: { attribute: 'note', is: 'click' } });
const orders = streamed('orders', { envelope: 'debezium', when: { attribute: 'op', is: 'c' } });
const others = streamed('others');
const changes = streamed('changes', { envelope: 'debezium' });
const { stream: _stream, ...noStream } = streamed('files');

type Declared = Parameters<typeof routesOf>[0];

/** What lands where: for each object the payloads of its lines, with their places in aggregates. */
const landed = (declared: Declared, records: readonly RawRecord[]) => {
  const [first, ...more] = records;
  if (first === undefined) throw new Error('there is no record');
  const routes = routesOf(declared, lineJudge);
  const { segment, placed } = decideSegment(routes, 'Events', [first, ...more]);
  const found: Record<string, string[]> = {};
  for (const [key, bytes] of objectsOf(segment, placed)) {
    const lines = Buffer.from(bytes).toString().split('\n');
    expect(lines.pop()).toBe('');
    found[key.replace(/_stream\/.*\/\d+-\d+/, '*')] = lines.map((line) => {
      const read = readStreamLine(Buffer.from(line));
      if (read.kind === 'refused') return read.code;
      const { sub, payload } = read.record;
      return (sub === undefined ? '' : `${sub} `) + Buffer.from(payload).toString('latin1');
    });
  }
  return { segment, found };
};

describe('a record', () => {
  const click = '{"id":1,"note":"click"}';
  test.each<[string, Declared, string, string]>([
    ['whose attribute a dataset asks for is that dataset’s', [others, clicks], click, 'clicks/*'],
    ['that no dataset asks for is the default one’s', [clicks, others], '{"id":1}', 'others/*'],
    [
      'with the text somewhere else is not asked for',
      [clicks, others],
      '{"id":1,"note":"x","a":{"note":"click"}}',
      'others/*-rejected',
    ],
    [
      'with the text escaped is asked for, too',
      [clicks, others],
      '{"id":1,"note":"\\u0063lick"}',
      'clicks/*',
    ],
    ['that is no JSON is the default one’s', [clicks, others], 'a,b', 'others/*-rejected'],
    [
      'whose attribute stands twice is the default one’s',
      [clicks, others],
      '{"id":1,"note":"click","note":"click"}',
      'others/*-rejected',
    ],
    ['without a default dataset is nobody’s', [clicks], '{"id":1}', '_unrouted/*-rejected'],
    ['without any dataset is nobody’s', [], click, '_unrouted/*-rejected'],
    ['is of no dataset without a stream', [noStream], click, '_unrouted/*-rejected'],
    [
      'that is asked for by its envelope is opened by it',
      [orders, others],
      '{"op":"c","after":{"id":1},"source":{"ts_ms":1}}',
      'orders/*',
    ],
  ])('%s', (_name, declared, payload, key) => {
    const { found } = landed(declared, rawRecords([payload]));
    expect(found).toEqual({ [`${key}.jsonl`]: [payload] });
  });

  test('goes by its contract, whatever its neighbours are', () => {
    const payloads = ['{"id":1}', '{"id":"x"}', 'a,b', '{"id":2}', click, '{"id":3,"new":1}'];
    const { found, segment } = landed([clicks, others], rawRecords(payloads));
    expect(found).toEqual({
      'clicks/*.jsonl': [click],
      'others/*.jsonl': ['{"id":1}', '{"id":2}'],
      'others/*-rejected.jsonl': ['{"id":"x"}', 'a,b', '{"id":3,"new":1}'],
    });
    expect(segment).toMatchObject({ from: '4959000', to: '4959005', records: 6 });
    expect(segment.objects).toHaveLength(3);
  });

  test('is judged as one by itself, also where a dataset would refuse a whole file', () => {
    const [route] = routesOf([others], lineJudge);
    expect(others.evolution.newColumns).toBe('freeze');
    expect(route?.dataset.evolution).toEqual({
      ...{ newColumns: 'quarantine_row', missingColumns: 'evolve' },
      changedTypes: 'quarantine_row',
    });
  });
});

describe('an aggregated record', () => {
  const of = (...payloads: string[]) =>
    aggregated(
      payloads.map((payload, at) => ({ partitionKey: `own ${at}`, data: Buffer.from(payload) })),
    );

  test('lands each of its records where it belongs, with its place in it', () => {
    const payloads = ['{"id":1}', '{"id":2,"note":"click"}', '{"id":"x"}'];
    const records = rawRecords(['{"id":0}', of(...payloads), '{"id":9}']);
    const { found, segment } = landed([clicks, others], records);
    expect(found).toEqual({
      'clicks/*.jsonl': ['1 {"id":2,"note":"click"}'],
      'others/*.jsonl': ['{"id":0}', '0 {"id":1}', '{"id":9}'],
      'others/*-rejected.jsonl': ['2 {"id":"x"}'],
    });
    expect(segment.records).toBe(3);
    expect(segment.places).toHaveLength(5);
  });

  test('gives each of them its own partition key, and the number of the whole', () => {
    const [record] = rawRecords([of('{"id":1}', '{"id":2}')]);
    const singles = singleRecords(record === undefined ? [] : [record]);
    expect(singles).toMatchObject([
      { sequence: '4959000', sub: 0, partitionKey: 'own 0', arrivedAt: 0 },
      { sequence: '4959000', sub: 1, partitionKey: 'own 1', arrivedAt: 0 },
    ]);
  });

  test('that is damaged is one rejected record, and keeps its bytes', () => {
    const damaged = of('{"id":1}', '{"id":2}');
    damaged[6] = (damaged[6] ?? 0) ^ 1;
    const { found, segment } = landed([others], rawRecords([damaged, '{"id":3}']));
    expect(found).toEqual({
      'others/*.jsonl': ['{"id":3}'],
      'others/*-rejected.jsonl': [damaged.toString('latin1')],
    });
    expect(segment).toMatchObject({ records: 2, places: [0, 1] });
  });
});

describe('a tombstone', () => {
  const change = (id: string): string => `{"op":"c","after":{"id":${id}},"source":{"ts_ms":1}}`;

  test('goes with the accepted rows, and shifts the verdict of none', () => {
    const payloads = [change('"x"'), '', change('1'), 'null', change('"y"'), change('2')];
    const { found } = landed([changes], rawRecords(payloads));
    expect(found).toEqual({
      'changes/*.jsonl': ['', change('1'), 'null', change('2')],
      'changes/*-rejected.jsonl': [change('"x"'), change('"y"')],
    });
  });

  test('is none where no envelope has them', () => {
    expect(landed([others], rawRecords(['', 'null'])).found).toEqual({
      'others/*-rejected.jsonl': ['', 'null'],
    });
  });
});

test('what is made of a segment again is the same, byte for byte', () => {
  const records = rawRecords(['{"id":1}', 'a,b', '{"id":2,"note":"click"}']);
  const [first, ...more] = records;
  if (first === undefined) throw new Error('there is no record');
  const { segment } = landed([clicks, others], records);
  const routes = routesOf([clicks, others], lineJudge);
  const again = decideSegment(routes, 'Events', [first, ...more]);
  expect(again.segment).toEqual(segment);
  expect(objectsOf(segment, readSegment(routes, segment, records))).toEqual(
    objectsOf(again.segment, again.placed),
  );
});

describe('routes', () => {
  const when = { attribute: 'type', is: 'x' };
  test.each([
    [
      'all other records',
      [
        { name: 'a', stream: fromStream() },
        { name: 'b', stream: fromStream() },
      ],
    ],
    [
      "type = 'x'",
      [
        { name: 'a', stream: fromStream({ when }) },
        { name: 'b', stream: fromStream({ when }) },
      ],
    ],
  ])('that two datasets ask for are refused: %s', (what, datasets) => {
    expect(() => checkRoutes(datasets)).toThrow(`'a' and 'b' both ask for ${what}`);
  });

  test('that differ are allowed, and so is a dataset without any', () => {
    const datasets = [
      { name: 'a', stream: fromStream() },
      { name: 'b', stream: fromStream({ when }) },
      { name: 'c' },
    ];
    expect(() => checkRoutes(datasets)).not.toThrow();
  });
});
