import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeNumber } from '../../../adapters/engine/cell-text.ts';
import { openUsualLines, type Progress } from '../../../adapters/engine/json/usual-lines.ts';
import { anyCellBytesMax, writeCells } from '../../../adapters/engine/json-cells.ts';
import { type LineScanner, lineScanner } from '../../../adapters/engine/json-line.ts';
import { lineFault } from '../../../adapters/engine/jsonl.ts';
import { jsonLine } from '../../../bin/generate/lines.ts';
import { orderRows } from '../../../bin/generate/orders.ts';
import { orders } from '../../../datasets/orders.ts';
import { brokenLine, depthMax, fields, oddLine, scannerOf, usualLine } from './drawn-lines.ts';

const isRelease = process.env.HEADGATE_RELEASE === '1';
const numRuns = isRelease ? 200_000 : 8_000;
const rowBytesMax = 1_000;
const ROW = 1_999_999_999;

const open = (scanner: LineScanner) => {
  const numberedMax = 12 + anyCellBytesMax(scanner, rowBytesMax);
  return { scanner, usual: openUsualLines(scanner, { rowBytesMax, chunk: 1 << 14, numberedMax }) };
};
type Opened = ReturnType<typeof open>;

/** What the module makes of a line; undefined: it leaves it, and everything else, as it is. */
const taken = ({ usual }: Opened, line: Buffer, isText = isUtf8(line)): Buffer | undefined => {
  line.copy(usual.bytes);
  // Behind the line lie bytes that end whatever a line leaves open.
  usual.bytes.write('\n"}\n"}]:1,"a":"', line.length);
  const progress: Progress = { lines: 0, next: 0, written: 0, row: ROW, rowBytes: 0 };
  usual.take(progress, line.length + 1, isText);
  expect(usual.bytes.subarray(0, line.length)).toEqual(line);
  if (progress.next === 0) {
    expect(progress).toEqual({ lines: 0, next: 0, written: 0, row: ROW, rowBytes: 0 });
    return undefined;
  }
  const rowBytes = line.at(-1) === 13 ? line.length - 1 : line.length;
  expect(progress).toMatchObject({ lines: 1, next: line.length + 1, row: ROW + 1, rowBytes });
  expect([usual.ends[0], usual.faults[0]]).toEqual([line.length, 0]);
  return Buffer.from(usual.out.subarray(0, progress.written));
};

/** The cells that the scanner gives a line behind its number, or its fault. */
const scannedBy = (scanner: LineScanner) => {
  const out = Buffer.alloc(4 * rowBytesMax);
  return (line: Buffer): Buffer | number => {
    const end = line.at(-1) === 13 ? line.length - 1 : line.length;
    const fault = lineFault(scanner, line, 0, end);
    if (fault !== 0) return fault;
    const to = writeCells(scanner, line, out, writeNumber(out, 0, ROW));
    return Buffer.concat([out.subarray(0, to), Buffer.from('\n')]);
  };
};

const module = open(scannerOf(fields));
module.usual.learn(new Set(['x', 'y z']));
const scanned = scannedBy(scannerOf(fields));

/** Whether the line is one line of those that are judged at all. */
const isLine = (line: Buffer): boolean =>
  !line.includes(10) && line.length <= rowBytesMax && line.length > 0 && line[0] !== 13;

describe('the module for usual lines', () => {
  test('takes a line of fields, once each, in any order, as the scanner writes it', () => {
    fc.assert(
      fc.property(usualLine, (text) => {
        const line = Buffer.from(text);
        fc.pre(isLine(line));
        const expected = scanned(line);
        expect(taken(module, line)).toEqual(Buffer.isBuffer(expected) ? expected : undefined);
      }),
      { numRuns },
    );
  });

  test.each([
    ['odd lines', oddLine.map((text) => Buffer.from(text))],
    ['lines with bytes changed', brokenLine],
  ])(
    'of %s it takes none that has a fault, and all others as the scanner writes them',
    (_name, lines) => {
      let some = 0;
      fc.assert(
        fc.property(lines, fc.boolean(), (line, isSure) => {
          fc.pre(isLine(line));
          const cells = taken(module, line, isSure && isUtf8(line));
          if (cells === undefined) return;
          expect(scanned(line)).toEqual(cells);
          some += 1;
        }),
        { numRuns },
      );
      expect(some).toBeGreaterThan(numRuns / 40);
    },
  );
});

describe('a line that is left', () => {
  const left = (text: string): void => {
    expect(taken(module, Buffer.from(text))).toBeUndefined();
  };
  test.each([
    ['no object', '[{"a":1}]'],
    ['a NUL by escape', '{"a":"x\\u0000"}'],
    ['a control character by escape', '{"a":"x\\u0001"}'],
    ['a form feed', '{"a":"x\\f"}'],
    ['a delete', '{"a":"x\x7f"}'],
    ['half of a pair', '{"a":"\\ud800\\u0041"}'],
    ['a pair the wrong way round', '{"a":"\\udce6\\ud83d"}'],
    ['a key with an escape', '{"\\u0061":1}'],
    ['a key twice, by its other name', '{"a":1,"A é":1}'],
    ['a name for no field', '{"nowhere":1}'],
    ['a name that begins like a field', '{"a ":1}'],
    ['a compound value where one should be', '{"a":[]}'],
    ['too deep', `{"any":${'['.repeat(depthMax)}${']'.repeat(depthMax)}}`],
    ['a number with a leading zero', '{"a":-01}'],
    ['a number without an end', '{"a":1.}'],
    ['a number without digits', '{"a":-}'],
    ['an exponent without digits', '{"a":1e+}'],
    ['a word that goes on', '{"a":nulls}'],
    ['a comma too many', '{"a":1,}'],
    ['more behind the object', '{"a":1}{'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['over the limit', `{"a":"${'x'.repeat(rowBytesMax)}"}`],
    ['cut off in a string', '{"a":"'],
    ['cut off in an escape', '{"a":"\\u00'],
    ['cut off behind a backslash', '{"a":"\\'],
    ['cut off in a key', '{"a'],
    ['cut off behind a number', '{"a":1'],
  ])('has %s', (_name, text) => left(text));

  test('has a byte that is no ASCII, where the chunk is not known to be UTF-8', () => {
    const line = Buffer.from('{"a":"é"}');
    expect(taken(module, line, false)).toBeUndefined();
    expect(taken(module, line, true)).toBeDefined();
  });

  test('is one level too deep, and no less', () => {
    const deep = depthMax - 1;
    expect(
      taken(module, Buffer.from(`{"any":${'['.repeat(deep)}${']'.repeat(deep)}}`)),
    ).toBeDefined();
  });
});

describe('names that are no field', () => {
  const namesOf = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `x${from + index}`);
  const lineOf = (names: readonly string[]): Buffer =>
    Buffer.from(`{${names.map((name) => `"${name}":{"q":["y"]}`).join(',')},"a":1}`);

  test('make a line unusual until they are told, and are counted for lines that are taken', () => {
    const { scanner, usual } = open(scannerOf(['a']));
    const line = lineOf(['x', 'y']);
    const twice = lineOf(['x', 'y', 'x']);
    expect(taken({ scanner, usual }, line)).toBeUndefined();
    expect(scanner.scan(line, 0, line.length)).toBe(0);
    usual.learn(scanner.strangers);
    for (let times = 0; times < 3; times++) {
      expect(taken({ scanner, usual }, line)).toBeDefined();
      expect(taken({ scanner, usual }, twice)).toBeUndefined();
    }
    usual.settle();
    usual.settle();
    expect(Object.fromEntries(scanner.unknown)).toEqual({ x: 4, y: 4 });
  });

  test('are as many as there is room for; a name with two spellings is never told', () => {
    const { scanner, usual } = open(scannerOf(['a']));
    usual.learn(new Set(namesOf(0, 1_100)));
    usual.learn(new Set(['q"', 'q\\', 'q\u0001', '\ud800']));
    expect(taken({ scanner, usual }, lineOf(namesOf(990, 10)))).toBeDefined();
    expect(taken({ scanner, usual }, lineOf(['x1000']))).toBeUndefined();
    for (const key of ['q"', 'q\\', 'q\u0001'])
      expect(taken({ scanner, usual }, Buffer.from(`{"${key}":1}`))).toBeUndefined();
  });

  test('that fill the room for their bytes make further ones unusual', () => {
    const { scanner, usual } = open(scannerOf(['a']));
    const long = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(250, '-'));
    usual.learn(new Set(long));
    expect(taken({ scanner, usual }, lineOf(long.slice(0, 1)))).toBeDefined();
    expect(taken({ scanner, usual }, lineOf(long.slice(-1)))).toBeUndefined();
    expect(taken({ scanner, usual }, Buffer.from('{"a":1}'))).toBeDefined();
  });
});

test('of generated orders at least 99 of 100 are taken', () => {
  const scanner = open(lineScanner(Object.keys(orders.fields), 32));
  let all = 0;
  let usual = 0;
  for (const row of orderRows({ rows: 20_000, format: 'jsonl' })) {
    all += 1;
    usual += taken(scanner, Buffer.from(jsonLine(row).trimEnd())) === undefined ? 0 : 1;
  }
  expect(all).toBe(20_000);
  expect(usual / all).toBeGreaterThan(0.99);
});
