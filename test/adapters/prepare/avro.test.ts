import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { avroRows } from '../../../adapters/engine/prepare/avro.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { text } from '../../../core/fields/index.ts';
import { limits } from '../../../core/limits.ts';
import { container, encoded, record, SYNC } from './avro-container.ts';

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

describe('an Avro file', () => {
  const schema = record('string', [{ name: 'Bee', type: 'long' }]);
  const rows = ['x', 'y', 'z'].map((a, at) => ({ a, Bee: BigInt(at) }));
  const written = encoded(schema, rows);
  const expected = '{"a":"x","b":0}\n{"a":"y","b":1}\n{"a":"z","b":2}\n';
  const checksum = (plain: Buffer): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(plain));
    return bytes;
  };
  /** Literals only, which is Snappy as well; copies are tested beside. */
  const snappy = (plain: Buffer): Buffer =>
    Buffer.concat([Buffer.from([plain.length, (plain.length - 1) << 2]), plain, checksum(plain)]);

  test.each<[string, (plain: Buffer) => Buffer]>([
    ['null', (plain) => plain],
    ['deflate', (plain) => deflateRawSync(plain)],
    ['zstandard', (plain) => zstdCompressSync(plain)],
    ['snappy', snappy],
  ])('is read with codec %s', async (codec, pack) => {
    expect(await read(container(schema, written, codec, pack))).toBe(expected);
  });

  test('is read with copies of Snappy that overlap what they write', async () => {
    const plain = Buffer.from(`\x14${'ab'.repeat(5)}`);
    // A literal of three bytes, then a copy of eight from two bytes before.
    const packed = Buffer.from([11, 2 << 2, 0x14, 0x61, 0x62, (4 << 2) | 1, 2]);
    const whole = Buffer.concat([packed.subarray(0, 5), Buffer.from([(4 << 2) | 1, 2])]);
    const pack = () => Buffer.concat([whole, checksum(plain)]);
    expect(await read(container(record('string'), [plain], 'snappy', pack))).toBe(
      '{"a":"ababababab"}\n',
    );
  });

  test('is refused wherever it is cut off', async () => {
    const whole = container(schema, written);
    const edges = whole.indexOf(SYNC) + SYNC.length;
    const whole1 = whole.indexOf(SYNC, edges) + SYNC.length;
    for (let cut = 0; cut < whole.length; cut++) {
      const found = await read(whole.subarray(0, cut));
      if (cut === edges) expect(found).toMatch(/^E_EMPTY/);
      else if (cut === whole1) expect(found).toBe(expected.slice(0, 32));
      else expect(found).toMatch(/^E_CORRUPT/);
    }
  });

  const bare = (type: unknown, ...bytes: number[]): Buffer =>
    container(record(type), [Buffer.from(bytes)]);
  const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
  test.each<[string, Buffer, string]>([
    ['another mark', Buffer.from('Obj\x02xxxxxxxx'), 'E_CORRUPT'],
    [
      'a wrong mark between blocks',
      Buffer.concat([container(schema, written).subarray(0, -1), Buffer.from([0])]),
      'E_CORRUPT',
    ],
    [
      'an unknown codec',
      container(schema, written, 'bzip2'),
      'E_FORMAT: the Avro file has codec "bzip2"',
    ],
    ['a broken deflate', container(schema, written, 'deflate'), 'E_CORRUPT'],
    [
      'a broken checksum',
      container(schema, written, 'snappy', (b) =>
        Buffer.concat([snappy(b).subarray(0, -1), Buffer.from([1])]),
      ),
      'E_CORRUPT',
    ],
    [
      'a schema of no form',
      container({ type: 5 }, []),
      'E_CORRUPT: the Avro schema has a type of no',
    ],
    [
      'rows that are no records',
      container('string', [Buffer.from([2, 65])]),
      'E_SCHEMA: the Avro rows are of type string',
    ],
    [
      'an unknown type',
      container(record('nothing'), []),
      'E_CORRUPT: the Avro schema names a type',
    ],
    [
      'an unknown column',
      container(record('int', [{ name: 'z', type: 'int' }]), []),
      'E_SCHEMA: unknown: "z"',
    ],
    [
      'a column twice',
      container(
        record('int', [
          { name: 'b', type: 'int' },
          { name: 'Bee', type: 'int' },
        ]),
        [],
      ),
      'E_HEADER_DUP',
    ],
    ['a huge text', bare('string', ...huge), 'E_CORRUPT: the Avro file ends in the middle'],
    ['a huge array', bare({ type: 'array', items: 'int' }, ...huge), 'E_CORRUPT'],
    ['a huge array of nothing', bare({ type: 'array', items: 'null' }, ...huge), 'E_SIZE'],
    [
      'a number that never ends',
      bare('long', ...Array.from({ length: 12 }, () => 0xff)),
      'E_CORRUPT',
    ],
    [
      'a branch that is not there',
      bare(['null', 'int'], 4),
      'E_CORRUPT: the Avro file names a branch',
    ],
    [
      'a symbol that is not there',
      bare({ type: 'enum', name: 'E', symbols: ['X'] }, 2),
      'E_CORRUPT',
    ],
    [
      'bytes behind the rows',
      bare('int', 2, 2),
      'E_CORRUPT: the Avro file has a block with bytes behind',
    ],
    ['no rows', container(schema, []), 'E_EMPTY'],
  ])('is refused for %s', async (_name, bytes, words) => {
    expect(await read(bytes)).toContain(words);
  });

  test('a value inside itself ends at a limit, and so does a schema', async () => {
    const self = record('int', [{ name: 'b', type: ['null', 'Thing'] }]);
    const deep = Buffer.concat([Buffer.alloc(10_000, Buffer.from([0, 2])), Buffer.from([0, 0])]);
    expect(await read(container(self, [deep]))).toMatch(/^E_FORMAT: an Avro row nests/);
    const nested = `${'{"type":"array","items":'.repeat(1_000)}"int"${'}'.repeat(1_000)}`;
    expect(await read(container(record(JSON.parse(nested)), []))).toMatch(
      /^E_FORMAT: the Avro sch/,
    );
  });

  test('a block that grows beyond the limit is a bomb', async () => {
    const zeros = Buffer.alloc(limits.avroBlockBytesMax + 1);
    const bomb = container(schema, [zeros], 'deflate', (plain) => deflateRawSync(plain));
    expect(await read(bomb)).toMatch(/^E_BOMB: an Avro block grows/);
  });
});
