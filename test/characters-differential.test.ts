import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineDataset } from '../core/define-dataset.ts';
import { email, text } from '../core/fields/index.ts';
import { references } from '../core/rules/index.ts';
import { compileRow } from '../core/validate/compile-row.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { db, judgeInDuckDb, type Texts } from './set-engine.ts';

const dataset = defineDataset({
  name: 'sample',
  domain: 'test',
  owner: 'test',
  description: 'Keys, and texts with and without control characters.',
  fields: {
    id: text({ max: 12, nullTokens: ['cafe\u0301'] }),
    mail: email({ casing: 'lower' }),
    parent: text({ optional: true }),
    kept: text({ optional: true, controls: true }),
    plain: text({ optional: true }),
  },
  key: ['id', 'mail'],
  rules: [references('parent', 'sample')],
});

/** Letters written in two ways, in several pieces, and in a wrong order; and what nobody sees. */
const letters = [
  ...['e\u0301', '\u00e9', '\u212b', 'A\u030a', '\u1e9b\u0323', 'a\u0301\u0316', 'a\u0316\u0301'],
  ...['\u1112\u1161\u11ab', '\ud55c', '\u0344', '\u2126', '\ufb01', '\u0958', '\u{1d15e}', 'Ü'],
];
const unseen = ['\u200b', '\u200d', '\u200f', '\u202e', '\u2060', '\u2069', '\ufeff'];
const seen = ['\u200a', '\u2010', '\u202f', '\u2065', '\u206a', '\u3000'];
const controls = ['\u0001', '\b', '\u000b', '\f', '\u001b', '\u001f', '\u007f', '\t', '\n', '\r'];
const pieces = [...letters, ...unseen, ...seen, ...controls, 'a', ' ', '-'];

const expectAgreement = async (rows: readonly Texts[]) => {
  const found = await judgeInDuckDb(dataset, rows);
  for (const [index, row] of rows.entries()) {
    const judged = judgeRow(dataset, row);
    const set = found[index];
    expect({ row, reasons: set?.reasons, values: set?.accepted ? set.values : null }).toStrictEqual(
      {
        row,
        reasons: judged.ok ? [] : judged.reasons,
        values: judged.ok ? judged.values : null,
      },
    );
  }
  return found;
};

describe('both engines agree on characters', () => {
  test('one at a time, in every field, and give every reason', async () => {
    const fields = Object.keys(dataset.fields);
    const cells = pieces.flatMap((piece) => [`${piece}x`, `x${piece}`, `x${piece}@y.example`]);
    const rows = fields.flatMap((field) =>
      cells.map((cell) => ({ id: '1', mail: 'a@b.example', [field]: cell })),
    );
    // DuckDB's driver drops a byte order mark that a text begins with.
    const found = await expectAgreement(
      rows.filter((row) => !row.kept?.startsWith('\ufeff') && !row.plain?.startsWith('\ufeff')),
    );
    const held = new Set(found.flatMap((verdict) => verdict.held));
    const missing = compileRow(dataset).reasons.filter(
      ({ code }, index) => code === 'E_CONTROL_CHAR' && !held.has(index),
    );
    expect(missing).toEqual([]);
  });

  test('in any row', async () => {
    const cell = fc
      .array(fc.constantFrom(...pieces), { maxLength: 6 })
      .map((all) => all.join('').replace(/^(?: *\ufeff)+/, ''));
    const mail = cell.map((text) => `${text}x@y.example`);
    const row = fc.record({ id: cell, mail, parent: cell, kept: cell, plain: cell });
    const rows = fc.array(row, { minLength: 1, maxLength: 300, size: 'max' });
    const property = fc.asyncProperty(rows, async (drawn) => void (await expectAgreement(drawn)));
    await fc.assert(property, { numRuns: 10 });
  });
});

/** Marks that Unicode took up after the tables of DuckDB 1.5 were made. */
const youngMarks = [
  ...['1add', '1ae6', '1aeb', '10efa', '10efb', '113ce', '113cf', '113d0', '1612f', '1e5ef'],
];

test('both write a letter and its accents alike, but for young marks', async () => {
  const reader = await db.runAndReadAll(
    `SELECT chr(i::INTEGER) AS point, nfc_normalize(chr(i::INTEGER)) AS one,
       nfc_normalize('a' || chr(i::INTEGER) || chr(769)) AS many
     FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343 AND i <> 65279`,
  );
  const rows = reader.getRows().map((row) => row.map(String));
  const differing = rows.filter(
    ([point = '', one, many]) =>
      point.normalize('NFC') !== one || `a${point}\u0301`.normalize('NFC') !== many,
  );
  expect(differing.map(([point]) => point?.codePointAt(0)?.toString(16))).toEqual(youngMarks);
});
