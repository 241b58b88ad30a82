import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../../core/stream/envelope.ts';
import { deaggregate } from '../../../core/stream/kpl.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { protobufLine } from '../../../core/stream/protobuf.ts';
import { ProtobufMessage } from '../../../core/stream/protobuf-schema.ts';
import { aggregated, counted, fixed, sealed, sized } from './wire-writer.ts';

/** The same numbers in every run. */
const numbers = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const MUTATIONS = 2_000;

/** A sound record with a few bytes changed, taken out, put in or doubled. */
const mutated = (sound: Buffer, next: (below: number) => number): Buffer => {
  let bytes = sound;
  for (let left = 1 + next(4); left > 0; left--) {
    const at = next(bytes.length + 1);
    const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
    const marks = '{}[]":,\\0n';
    const byte = next(2) === 0 ? next(256) : marks.charCodeAt(next(marks.length));
    const middles = [
      [Buffer.from([byte]), behind.subarray(1)],
      [behind.subarray(1 + next(8))],
      [Buffer.from([byte]), behind],
      [behind.subarray(0, next(40)), behind],
      [],
    ];
    bytes = Buffer.concat([before, ...(middles[next(middles.length)] ?? [])]);
  }
  return bytes;
};

const schema = ProtobufMessage.parse({
  fields: [
    { number: 1, name: 'id', type: 'int64' },
    { number: 2, name: 'all', type: 'double', repeated: true },
    {
      ...{ number: 3, name: 'part', type: 'message' },
      fields: [{ number: 1, name: 'b', type: 'string', repeated: true }],
    },
    { number: 4, name: 'state', type: 'enum', values: { A: 0, B: 1 } },
  ],
});
const message = Buffer.concat([
  ...[counted(1, 2n ** 60n), sized(2, Buffer.alloc(16, 1)), fixed(2, Buffer.alloc(8))],
  ...[sized(3, Buffer.concat([sized(1, 'x'), sized(1, 'yz')])), counted(4, 1), counted(9, 3)],
]);
const event =
  '{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"a":[1,{"b":"\\u00e9"}]}}';
const change =
  '{"schema":{},"payload":{"op":"u","before":{"a":1},"after":{"a":2.50,"b":"\\ud83d\\udce6"},' +
  '"source":{"connector":"mysql","file":"b.000003","pos":154,"row":0}}}';
const image =
  '{"eventName":"MODIFY","dynamodb":{"ApproximateCreationDateTime":1710000000123,"NewImage":' +
  '{"a":{"M":{"b":{"L":[{"N":"12.50"},{"NULL":true}]}}},"c":{"NS":["1"]},"d":{"S":"\\n"}}}}';
const line =
  '{"shard":"s","sequence":"49","sub":1,"arrived_at":5,"partition_key":"k","record":{"a":1}}';

const open = (envelope: Parameters<typeof openEnvelope>[0]) => (payload: Uint8Array) => {
  const found = openEnvelope(envelope, { payload, partitionKey: 'k' });
  if (found.kind === 'row') {
    const text = Buffer.from(found.line).toString();
    expect(text).not.toMatch(/[\r\n]/);
    expect(JSON.parse(text)).toBeTypeOf('object');
  }
  return found.kind;
};

describe('a hostile record', () => {
  const sealedBody = (bytes: Buffer): string => deaggregate(sealed(bytes)).kind;
  const aggregate = aggregated([
    { partitionKey: 'a', data: Buffer.from('{"a":1}') },
    { partitionKey: 'b', explicitHashKey: '7', data: Buffer.from('{}') },
  ]);
  test.each<[string, Buffer, (bytes: Buffer) => string]>([
    ['an aggregate', aggregate, (bytes) => deaggregate(bytes).kind],
    ['an aggregate with a sound checksum', aggregate.subarray(4, -16), sealedBody],
    ['a message', message, (bytes) => protobufLine(schema, bytes).kind],
    ['a row', Buffer.from('{"a":{"b":[1,"\\u00e9",null]},"c":-1.5e3}'), open('json')],
    ['an event', Buffer.from(event), open('cloudevents')],
    ['a change of Debezium', Buffer.from(change), open('debezium')],
    ['a change of DynamoDB', Buffer.from(image), open('dynamodb')],
    ['a line', Buffer.from(line), (bytes) => readStreamLine(bytes).kind],
  ])('in the place of %s is an outcome, never an exception', (_name, sound, read) => {
    const kinds = new Map<string, number>([[read(sound), 0]]);
    expect([...kinds.keys()]).not.toContain('refused');
    const next = numbers(sound.length);
    for (let left = MUTATIONS; left > 0; left--) {
      const kind = read(mutated(sound, next));
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    // Else nothing was damaged, and the test says nothing.
    expect(kinds.get('refused') ?? 0).toBeGreaterThan(MUTATIONS / 4);
  });
});
