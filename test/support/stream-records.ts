import { append, defineDataset } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import { EpochMs } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Envelope } from '../../core/stream/envelope.ts';
import { isJson, printStreamLines, type StreamRecord } from '../../core/stream/line.ts';
import { fromStream, type StreamOptions } from '../../core/stream/options.ts';
import type { RawRecord } from '../../core/stream/segment.ts';

export const shard = 'shardId-000000000000';

/** A dataset that takes rows from the stream. */
export const streamed = (name: string, stream: Partial<StreamOptions> = {}) =>
  defineDataset({
    ...{ name, domain: 'tests', owner: 'tests@example.com', description: 'For tests.' },
    fields: { id: integer({ bits: 64 }), note: text({ optional: true }) },
    write: append(),
    stream: fromStream(stream),
  });

/** Records of one shard in their order. */
export const rawRecords = (payloads: readonly (string | Uint8Array)[]): RawRecord[] =>
  payloads.map((payload, at) => ({
    ...{ shard, sequence: String(4_959_000 + at), partitionKey: `key ${at}` },
    arrivedAt: EpochMs.parse(at),
    payload: Buffer.from(payload),
  }));

const long = 'x'.repeat(limits.rowBytesMax);
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** Rows, sound ones and others, as they may stand in any envelope. */
const rows = [
  '{"id":1}',
  '{ "id" : 2, "note":"b\\u0061\\n" }',
  '{\r\n"id":\n3}',
  '{"id":4,"note":null}',
  '{"id":5,"stranger":[1]}',
  '{"id":"x"}',
  '{"id":1.5,"note":{"a":1}}',
  '{"note":"no id"}',
  '{}',
  '{"id":6,"note":"\\u0000"}',
  '{"id":6,"note":"a\u007fb"}',
  '{"id":6,"note":"\\ud800"}',
  '{"id":7,"id":8}',
  `{"id":9,"note":${deep(limits.jsonDepthMax + 2)}}`,
  `{"id":9,"note":"${long}"}`,
  '[1]',
  '"text"',
];

/** What is a record of no envelope, or of a stranger one. */
const strangers: readonly (string | Uint8Array)[] = [
  '',
  ' ',
  'null',
  'a,b',
  '{"id":1',
  '{"id":1} {"id":2}',
  '{"id":1}\n{"id":2}',
  '\n\n',
  'line\r\nfeeds',
  '\u001eA{"id":1}',
  '\ufeff{"id":1}',
  `{"a":${deep(limits.envelopeDepthMax + 2)}}`,
  `{"other":"${long}"}`,
  `{"other":"${long}","other":1}`,
  Buffer.from([0xff, 0x0a, 0x00]),
  Buffer.alloc(limits.rowBytesMax, 0xfe),
  Buffer.from('f3899ac2', 'hex'),
];

const source = '"source":{"connector":"postgresql","lsn":24023128}';
const change = '"ApproximateCreationDateTime":1710000000123';

const of: Readonly<Record<Envelope, readonly string[]>> = {
  json: [],
  cloudevents: [
    ...rows.map(
      (row) => `{"specversion":"1.0","id":"e","source":"/s","type":"t","time":null,"data":${row}}`,
    ),
    '{"specversion":"1.0","id":"e","source":"/s","type":"t","data_base64":"eyJpZCI6MX0="}',
    '{"specversion":"1.0","id":"e","source":"/s","type":"t","data_base64":"/w=="}',
    '{"specversion":"1.0","id":"e","source":"/s","type":"t"}',
    '{"specversion":"0.3","id":"e","source":"/s","type":"t","data":{"id":1}}',
  ],
  debezium: [
    ...rows.map((row) => `{"before":null,"after":${row},${source},"op":"c"}`),
    ...rows.map((row) => `{"payload":{"before":${row},"after":null,${source},"op":"d"}}`),
    '{"payload":null}',
    `{"before":{"id":1},"after":null,${source},"op":"t"}`,
    `{"before":null,"after":null,${source},"op":"d"}`,
    `{"before":{"note":"${long}"},"after":null,${source},"op":"u"}`,
    '{"after":{"id":1},"op":"c"}',
  ],
  dynamodb: [
    ...['{"id":{"N":"1"}}', '{"id":{"S":"x"}}', '{"id":{"B":1}}', '{}', '{"id":{"N":"1"}'].map(
      (image) => `{"eventName":"INSERT","dynamodb":{${change},"NewImage":${image}}}`,
    ),
    `{"eventName":"REMOVE","dynamodb":{${change},"Keys":{"id":{"N":"7"}}}}`,
    `{"eventName":"REMOVE","dynamodb":{${change}}}`,
    `{"eventName":"TRUNCATE","dynamodb":{${change}}}`,
    '{"eventName":"INSERT","dynamodb":{"NewImage":{"id":{"N":"1"}}}}',
  ],
};

/** Payloads for a dataset of an envelope: rows of it, faults of it, and what is of no envelope. */
export const payloadsFor = (envelope: Envelope): readonly (string | Uint8Array)[] => [
  ...rows,
  ...strangers,
  ...of[envelope],
];

/** One record as its line in landing, without the line end. */
export const printedLine = (record: StreamRecord, asJson = isJson(record.payload)): Uint8Array =>
  printStreamLines([{ record, asJson }]).slice(0, -1);
