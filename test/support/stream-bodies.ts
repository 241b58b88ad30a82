import { fingerprintOf } from '../../core/avro/canonical.ts';
import { avro, type Body, protobuf } from '../../core/stream/bodies.ts';
import { encoded } from '../adapters/prepare/avro-container.ts';
import { counted, sized, varint } from '../core/stream/wire-writer.ts';

/** Schemas of the rows of `streamed`. */
const avroSchema = {
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'] },
  ],
};
export const avroText = JSON.stringify(avroSchema);
export const protoText = `syntax = "proto3";
message Row {
  optional string note = 1;
  int64 id = 2;
}`;

type Row = { readonly id: bigint; readonly note: string | null };
const rows: readonly Row[] = [
  { id: 1n, note: null },
  { id: 2n ** 53n + 1n, note: 'é"\n' },
  { id: -(2n ** 63n), note: '' },
  { id: 2n, note: '\u007f' },
];

/** A row of an Avro body without a header. */
export const avroRow = (row: Row): Buffer => encoded(avroSchema, [row])[0] ?? Buffer.alloc(0);
export const protoRow = ({ id, note }: Row): Buffer =>
  Buffer.concat([counted(2, id), ...(note === null ? [] : [sized(1, note)])]);
export const registered = (id: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
export const single = (body: Buffer, print: Buffer = fingerprintOf(avroText)): Buffer =>
  Buffer.concat([Buffer.from([0xc3, 1]), print, body]);

/** Bytes that no schema's values are, whatever stands before them. */
const strangers: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('{"id":1}'),
  Buffer.from([0xff, 0x0a, 0x00]),
  Buffer.alloc(300_000, 2),
  // Lengths and counts of a billion, and of less than nothing.
  Buffer.concat([Buffer.from([2, 2]), varint(2_000_000_000)]),
  Buffer.from([2, 2, 1]),
  Buffer.concat([Buffer.from([0x08, 0x01, 0x12]), varint(1_000_000_000)]),
  // A group, which proto3 has not.
  Buffer.from([0x08, 0x01, 0x13, 0x14]),
];
const avroBodies = rows.map(avroRow);
const avroPayloads = [
  ...avroBodies,
  ...avroBodies.map((body) => body.subarray(0, -1)),
  ...avroBodies.map((body) => Buffer.concat([body, Buffer.alloc(1)])),
  // A text of another encoding, and NUL in a text.
  ...[Buffer.from([2, 2, 2, 0xe9]), Buffer.from([2, 2, 2, 0])],
];
const protoPayloads = [
  ...rows.map(protoRow),
  ...rows.map((row) => protoRow(row).subarray(0, -1)),
  Buffer.concat([counted(2, 1), sized(1, Buffer.from([0xe9]))]),
  Buffer.concat([counted(2, 1), sized(1, '\0')]),
  Buffer.concat([counted(2, 1), counted(1, 1)]),
  Buffer.concat([counted(2, 1), counted(9, 1)]),
  // The two bytes before a text of this length are line ends: as a whole it reads as JSON.
  sized(1, '{"id": 12345}'),
];

/** A declared body and payloads for it: rows, faults of every kind, and strangers. */
export const bodyCases: readonly {
  readonly name: string;
  readonly body: Body;
  readonly payloads: readonly Buffer[];
  readonly codes: readonly string[];
}[] = [
  {
    name: 'avro',
    body: avro({ schema: avroText }),
    payloads: [...avroPayloads, ...strangers],
    codes: ['E_ENVELOPE', 'E_ENCODING', 'E_CONTROL_CHAR', 'E_ROW_SIZE'],
  },
  {
    name: 'avro of single objects',
    body: avro({ header: 'single-object', schemas: [avroText] }),
    payloads: [
      ...avroPayloads.map((body) => single(body)),
      ...[...avroPayloads, ...strangers],
      single(avroBodies[0] ?? Buffer.alloc(0), Buffer.alloc(8, 1)),
    ],
    codes: ['E_ENVELOPE', 'E_ENCODING', 'E_SCHEMA_ID', 'E_ROW_SIZE'],
  },
  {
    name: 'avro of a registry',
    body: avro({ header: 'confluent', schemas: { 7: avroText } }),
    payloads: [
      ...avroPayloads.flatMap((body) => [registered(7, body), registered(8, body)]),
      ...strangers,
    ],
    codes: ['E_ENVELOPE', 'E_ENCODING', 'E_SCHEMA_ID', 'E_ROW_SIZE'],
  },
  {
    name: 'protobuf',
    body: protobuf({ schema: protoText, message: 'Row' }),
    payloads: [...protoPayloads, ...strangers],
    codes: ['E_ENVELOPE', 'E_ENCODING', 'E_CONTROL_CHAR', 'E_NEW_COLUMN', 'E_ROW_SIZE'],
  },
];

/** The same as the data of events. */
export const asEvent = (body: Uint8Array): string =>
  JSON.stringify({
    ...{ specversion: '1.0', id: 'e', source: '/s', type: 't' },
    data_base64: Buffer.from(body).toString('base64'),
  });
