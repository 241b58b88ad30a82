import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { avroRows } from '../../../adapters/engine/prepare/avro.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { text } from '../../../core/fields/index.ts';
import { container, record, typeOf } from './avro-container.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'prepare-avro-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'One column of any type.',
  fields: { a: text({ optional: true }), b: text({ optional: true, aliases: ['Bee'] }) },
  files: { formats: ['avro'] },
});

const read = async (bytes: Buffer): Promise<string> => {
  const path = join(dir, 'file.avro');
  writeFileSync(path, bytes);
  const found = await avroRows({ path, dataset, outDir: join(dir, 'out') });
  if (found.kind === 'refused') return `${found.code}: ${found.detail}`;
  return readFileSync(found.path, 'utf8');
};

const valueIn = async (type: unknown, bytes: Buffer): Promise<string> => {
  const found = await read(
    container({ type: 'record', name: 'T', fields: [{ name: 'a', type }] }, [bytes]),
  );
  return found.replace(/^\{"a":(.*)\}\n$/, '$1');
};

describe('an Avro value', () => {
  const logical = (type: string, logicalType: string, more = {}) => ({
    type,
    logicalType,
    ...more,
  });
  const micros = 1_704_067_200_123_456n;
  test.each<[string, unknown, unknown, string]>([
    ['null', ['null', 'string'], null, 'null'],
    ['a union’s value', ['null', 'string'], 'x', '"x"'],
    ['true', 'boolean', true, 'true'],
    ['int', 'int', -2_147_483_648, '-2147483648'],
    ['2^53 + 1', 'long', 9_007_199_254_740_993n, '9007199254740993'],
    ['the largest long', 'long', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['the smallest long', 'long', -9_223_372_036_854_775_808n, '-9223372036854775808'],
    ['a long of 28 bits', 'long', 134_217_727n, '134217727'],
    ['a long of 29 bits', 'long', -134_217_729n, '-134217729'],
    ['double', 'double', 0.1, '0.1'],
    ['float', 'float', Math.fround(0.1), '0.1'],
    ['float of nine digits', 'float', Math.fround(16_777_217.5), '16777218'],
    ['not a number', 'double', Number.NaN, '"NaN"'],
    ['minus zero', 'double', -0, '-0'],
    ['text', 'string', 'ż"\\\n📦', '"ż\\"\\\\\\n📦"'],
    ['no text', 'string', '', '""'],
    ['NUL', 'string', '\0', '"\\u0000"'],
    ['bytes', 'bytes', Buffer.from([0, 255, 128]), '"AP+A"'],
    ['fixed', { type: 'fixed', name: 'F', size: 2 }, Buffer.from('ab'), '"YWI="'],
    ['enum', { type: 'enum', name: 'E', symbols: ['X', 'Y'] }, 'Y', '"Y"'],
    [
      'array',
      { type: 'array', items: 'long' },
      [1n, 9_007_199_254_740_993n],
      '[1,9007199254740993]',
    ],
    ['no array', { type: 'array', items: 'int' }, [], '[]'],
    ['map', { type: 'map', values: 'int' }, { 'k"é': 1, z: 2 }, '{"k\\"é":1,"z":2}'],
    [
      'record',
      { type: 'record', name: 'R', fields: [{ name: 'x', type: 'int' }] },
      { x: 1 },
      '{"x":1}',
    ],
    ['date', logical('int', 'date'), 19_782, '"2024-02-29"'],
    ['date before 1970', logical('int', 'date'), -1, '"1969-12-31"'],
    ['date of no year', logical('int', 'date'), 10_000_000, '10000000'],
    ['time', logical('int', 'time-millis'), 86_399_999, '"23:59:59.999"'],
    ['time in micros', logical('long', 'time-micros'), 1n, '"00:00:00.000001"'],
    ['instant', logical('long', 'timestamp-millis'), 1_704_067_200_000n, '"2024-01-01T00:00:00Z"'],
    [
      'instant in micros',
      logical('long', 'timestamp-micros'),
      micros,
      '"2024-01-01T00:00:00.123456Z"',
    ],
    [
      'instant before 1970',
      logical('long', 'timestamp-micros'),
      -1n,
      '"1969-12-31T23:59:59.999999Z"',
    ],
    [
      'instant in nanos',
      logical('long', 'timestamp-nanos'),
      1n,
      '"1970-01-01T00:00:00.000000001Z"',
    ],
    ['local instant', logical('long', 'local-timestamp-millis'), 1n, '"1970-01-01T00:00:00.001"'],
    [
      'decimal',
      logical('bytes', 'decimal', { precision: 4, scale: 2 }),
      Buffer.from([4, 210]),
      '12.34',
    ],
    ['small decimal', logical('bytes', 'decimal', { scale: 3 }), Buffer.from([255]), '-0.001'],
    ['whole decimal', logical('bytes', 'decimal'), Buffer.from([0, 128]), '128'],
  ])('%s', async (_name, type, value, expected) => {
    const schema = { type: 'record', name: 'T', fields: [{ name: 'a', type }] };
    const plain = typeOf(schema);
    expect(await valueIn(type, plain.toBuffer({ a: value }))).toBe(expected);
  });

  test('a long decimal keeps every digit', async () => {
    const digits = 12_345_678_901_234_567_890_123_456_789_012_345_678n;
    const bytes = Buffer.from(digits.toString(16).padStart(32, '0'), 'hex');
    const type = { type: 'fixed', name: 'D', size: 16, logicalType: 'decimal', scale: 10 };
    expect(await valueIn(type, bytes)).toBe('1234567890123456789012345678.9012345678');
  });

  test('a uuid of sixteen bytes is its text', async () => {
    const type = { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' };
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(await valueIn(type, bytes)).toBe('"00112233-4455-6677-8899-aabbccddeeff"');
  });

  test('a text that is not UTF-8 keeps its bytes, for the row to be rejected', async () => {
    const path = join(dir, 'latin1.avro');
    writeFileSync(path, container(record('string'), [Buffer.from([4, 0xe9, 0x41])]));
    const found = await avroRows({ path, dataset, outDir: join(dir, 'out') });
    expect(found.kind).toBe('prepared');
    const line = readFileSync(join(dir, 'out', 'prepared.jsonl'));
    expect(line.toString('latin1')).toBe('{"a":"\xe9A"}\n');
  });

  test('named types are found, in namespaces and in themselves', async () => {
    const tree = {
      type: 'record',
      name: 'n.s.Tree',
      fields: [
        { name: 'a', type: { type: 'enum', name: 'E', symbols: ['X'] } },
        { name: 'b', type: ['null', 'n.s.E', 'Tree'] },
      ],
    };
    // X, then the branch of Tree: X again, then E.
    const found = await read(container(tree, [Buffer.from([0, 4, 0, 2, 0])]));
    expect(found).toBe('{"a":"X","b":{"a":"X","b":"X"}}\n');
  });
});
