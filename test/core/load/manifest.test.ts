import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAvro, encodeAvro } from '../../../core/load/avro.ts';
import {
  decodeManifest,
  decodeManifestList,
  type Entry,
  encodeManifest,
  encodeManifestList,
  type ManifestFile,
} from '../../../core/load/manifest.ts';
import type { PartitionSpec, TableSchema } from '../../../core/load/table.ts';

const schema: TableSchema = {
  type: 'struct',
  'schema-id': 3,
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    { id: 2, name: 'at', type: 'timestamptz', required: true },
    { id: 3, name: 'country', type: 'string', required: false },
    { id: 4, name: 'day', type: 'date', required: false },
  ],
};
const spec: PartitionSpec = {
  'spec-id': 2,
  fields: [
    { 'source-id': 2, 'field-id': 1000, name: 'at_month', transform: 'month' },
    { 'source-id': 3, 'field-id': 1001, name: 'country é.p', transform: 'identity' },
    { 'source-id': 4, 'field-id': 1002, name: '4 day', transform: 'identity' },
    { 'source-id': 1, 'field-id': 1003, name: 'id', transform: 'identity' },
  ],
};

const int32 = fc.integer();
const int64 = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(0n, -1n, 2n ** 53n, 6110254972229930989n, 2n ** 63n - 1n),
);
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const pairs = <T>(value: fc.Arbitrary<T>) =>
  orNull(fc.array(fc.record({ key: int32, value }), { maxLength: 4 }));

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  status: fc.constantFrom(0, 1, 2),
  snapshot_id: int64,
  sequence_number: int64,
  file_sequence_number: int64,
  data_file: fc.record({
    content: fc.constant(0),
    file_path: fc.string({ unit: 'binary' }),
    file_format: fc.constant('PARQUET'),
    partition: fc.record({
      p1000: orNull(int32),
      p1001: orNull(fc.string({ unit: 'binary' })),
      p1002: orNull(int32),
      p1003: orNull(int64),
    }),
    record_count: int64,
    file_size_in_bytes: int64,
    column_sizes: pairs(int64),
    value_counts: pairs(int64),
    null_value_counts: pairs(int64),
    nan_value_counts: pairs(int64),
    lower_bounds: pairs(bytes),
    upper_bounds: pairs(bytes),
    key_metadata: orNull(bytes),
    split_offsets: orNull(fc.array(int64, { maxLength: 3 })),
    equality_ids: orNull(fc.array(int32, { maxLength: 3 })),
    sort_order_id: orNull(int32),
  }),
});

const anyManifestFile: fc.Arbitrary<ManifestFile> = fc.record({
  manifest_path: fc.string({ unit: 'binary' }),
  manifest_length: int64,
  partition_spec_id: int32,
  content: fc.constant(0),
  sequence_number: int64,
  min_sequence_number: int64,
  added_snapshot_id: int64,
  added_files_count: int32,
  existing_files_count: int32,
  deleted_files_count: int32,
  added_rows_count: int64,
  existing_rows_count: int64,
  deleted_rows_count: int64,
  partitions: orNull(
    fc.array(
      fc.record({
        contains_null: fc.boolean(),
        contains_nan: orNull(fc.boolean()),
        lower_bound: orNull(bytes),
        upper_bound: orNull(bytes),
      }),
      { maxLength: 3 },
    ),
  ),
  key_metadata: orNull(bytes),
});

const plain = (value: unknown): unknown => structuredClone(value);
const from = { added_snapshot_id: 9n, sequence_number: 8n };

describe('a manifest', () => {
  test('comes back as it was, with ids beyond 2^53 and partition names that Avro forbids', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 5 }), (entries) => {
        const file = encodeManifest(schema, spec, entries);
        expect(plain(decodeManifest(file, schema, spec, from))).toEqual(plain(entries));
      }),
      { numRuns: 50 },
    );
  });

  test('is the same bytes for the same entries', () => {
    const [entry] = fc.sample(anyEntry, { numRuns: 1, seed: 4 });
    const encode = () => encodeManifest(schema, spec, entry === undefined ? [] : [entry]);
    expect(encode().equals(encode())).toBe(true);
  });

  test('has the field ids in its header, where readers look for them', () => {
    const { meta } = decodeAvro(encodeManifest(schema, spec, []), {
      type: 'record',
      name: 'nothing',
      fields: [],
    });
    const header = JSON.stringify(JSON.parse(meta['avro.schema'] ?? ''));
    for (const id of [0, 2, 100, 102, 1000, 1001]) expect(header).toContain(`"field-id":${id}`);
    expect(header).toContain('"name":"country_x20_xE9_x2Ep"');
    expect(header).toContain('"name":"_4_x20day"');
    expect(meta).toMatchObject({
      'schema-id': '3',
      'partition-spec-id': '2',
      'format-version': '2',
      content: 'data',
    });
  });

  test('gives added entries the numbers of its line in the list', () => {
    const [entry] = fc.sample(anyEntry, { numRuns: 1, seed: 4 });
    if (entry === undefined) throw new Error('no sample');
    const none = { snapshot_id: null, sequence_number: null, file_sequence_number: null };
    const file = encodeManifest(schema, spec, [{ ...entry, ...none }]);
    expect(decodeManifest(file, schema, spec, from)[0]).toMatchObject({
      snapshot_id: 9n,
      sequence_number: 8n,
      file_sequence_number: 8n,
    });
  });

  test.each([
    ['cut in a block', (file: Buffer) => file.subarray(0, file.length - 30), /middle of a block/],
    ['of another kind', (file: Buffer) => file.subarray(4), /not an Avro container/],
  ])('%s is refused', (_name, damage, message) => {
    const entries = fc.sample(anyEntry, { numRuns: 3, seed: 4 });
    const file = damage(encodeManifest(schema, spec, entries));
    expect(() => decodeManifest(file, schema, spec, from)).toThrow(message);
  });
});

test('a manifest list comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(anyManifestFile, { maxLength: 5 }), (lines) => {
      const file = encodeManifestList(lines, { id: 1n, parent: null, sequence: 1n });
      expect(plain(decodeManifestList(file))).toEqual(plain(lines));
    }),
    { numRuns: 50 },
  );
});

describe('files of other writers', () => {
  const reader = {
    type: 'record' as const,
    name: 'row',
    fields: [
      { name: 'id', type: 'long', 'field-id': 1 },
      { name: 'note', type: ['null', 'string'], default: null, 'field-id': 2 },
    ],
  };

  test('are read by field id: other names, an int for a long, more fields, fewer fields', () => {
    const writer = {
      type: 'record' as const,
      name: 'other',
      fields: [
        { name: 'extra', type: 'string', 'field-id': 77 },
        { name: 'identity', type: 'int', 'field-id': 1 },
      ],
    };
    const file = encodeAvro(writer, writer, [{ extra: 'x', identity: 5 }], {});
    expect(plain(decodeAvro(file, reader).rows)).toEqual([{ id: 5n, note: null }]);
  });

  test('are refused when a field that we must have is missing', () => {
    const writer = {
      type: 'record' as const,
      name: 'other',
      fields: [{ name: 'id', type: 'long', 'field-id': 9 }],
    };
    const file = encodeAvro(writer, writer, [{ id: 5n }], {});
    expect(() => decodeAvro(file, reader)).toThrow(/id/);
  });

  test('avsc itself drops the field ids, which is why the header is written by hand', () => {
    const type = avsc.Type.forSchema({ type: 'record', name: 'row', fields: reader.fields });
    expect(JSON.stringify(type.schema({ exportAttrs: true }))).not.toContain('field-id');
  });
});
