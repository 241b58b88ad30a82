import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { evolutionModes } from '../../../core/evolution/evolution.ts';
import { kindOf } from '../../../core/fields/index.ts';
import { asRecords } from '../../../core/push/as-records.ts';
import { splitLines } from '../../../core/push/body.ts';
import { linesOf } from '../../../core/push/receipt.ts';
import { siftRecords } from '../../../core/push/sift.ts';
import { datasets } from '../../../datasets/index.ts';
import { everyKind } from '../../support/every-kind.ts';
import { judgedBytes } from '../../support/judged-lines.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'judge-line-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Every field by itself, so that a record of one key can be a valid one. */
const loose: Dataset = {
  ...everyKind,
  key: [],
  fields: Object.fromEntries(
    Object.entries(everyKind.fields).map(([name, field]) => [name, { ...field, optional: true }]),
  ),
};

/** What is odd about a line whatever its fields are. */
const oddLines = [
  '{}',
  '[]',
  '"text"',
  'null',
  '12',
  '{"id":',
  '{"id":"a"} x',
  '{"id":"a","id":"b"}',
  '{"bare":"a","naked":"b"}',
  '{"naked":"-"}',
  '{"stranger":1}',
  '{"stranger":null}',
  '{"stranger":""}',
  '{"Stranger Key":{"deep":[1]},"other":2}',
  '{"ID":"a"}',
  '{"stranger":1,"stranger":2}',
  '{"id":{"a":1}}',
  '{"id":["a"]}',
  '{"id":"\\u0061"}',
  '{"id":"\\ud800"}',
  '{"id":"\\u0000"}',
  '{"id":"\\u0001"}',
  '{"id":"a\u007fb"}',
  '{"id":true}',
  '{"id":12.50}',
  '{"id":"  a  "}',
  '{"id":""}',
  '{"id":null}',
  '{"": 1}',
  '   ',
  '\u00a0{"id":"a"}',
  `{"id":"${'x'.repeat(300_000)}"}`,
  '\u001eA{"id":"a"}',
  `\u001eB${'x'.repeat(300_000)}`,
  `{"stranger":${'['.repeat(40)}${']'.repeat(40)}}`,
];

/** Each edge of each field, as a text and, where it may be one, as a number or word. */
const edgeLines = (dataset: Dataset): string[] =>
  Object.entries(dataset.fields).flatMap(([name, field]) =>
    kindOf(field)
      .edges(field.options)
      .flatMap((edge) => [
        JSON.stringify({ [name]: edge }),
        ...(/^-?\d[\d.eE+-]*$|^(true|false)$/.test(edge) ? [`{"${name}":${edge}}`] : []),
      ]),
  );

let runs = 0;
const byFile = async (dataset: Dataset, bytes: Uint8Array) => {
  runs += 1;
  return await judgedBytes(dataset, bytes, join(dir, `run-${runs}`));
};

const linesIn = (texts: readonly string[]) => {
  const split = splitLines(Buffer.from(texts.join('\n')));
  if (split.kind === 'refused') throw new Error(split.detail);
  return split.lines;
};

/** Both ways on the same records; what the door said. */
const judgedAlike = async (declared: Dataset, texts: readonly string[]) => {
  const dataset = asRecords(declared);
  const lines = linesIn(texts);
  const outcomes = siftRecords(dataset, lines, lineJudge(dataset));
  const accepted = linesOf(lines, outcomes, 'accepted');
  const rejected = linesOf(lines, outcomes, 'rejected');
  const told = outcomes.filter(({ outcome }) => outcome === 'rejected');
  if (accepted !== null)
    expect(await byFile(dataset, accepted)).toStrictEqual({
      ...{ kind: 'judged', valid: lines.length - told.length, rejected: [] },
    });
  const found = rejected === null ? undefined : await byFile(dataset, rejected);
  return { outcomes, told, found };
};

const expectAlike = async (declared: Dataset, texts: readonly string[]) => {
  const { told, found } = await judgedAlike(declared, texts);
  const rejected = told.map((one, index) => ({
    row: index + 1,
    reasons: one.outcome === 'rejected' ? one.reasons : [],
  }));
  expect(rejected.length).toBeGreaterThan(0);
  expect(found).toStrictEqual({ kind: 'judged', valid: 0, rejected });
};

describe('a record at the door and the line that it lands as', () => {
  test.each(evolutionModes)('are judged alike where new keys and types say %s', async (mode) => {
    const evolution = { newColumns: mode, missingColumns: mode, changedTypes: mode } as const;
    await expectAlike(
      { ...loose, evolution },
      oddLines.filter((line) => !/Stranger|"ID"|"":/.test(line)),
    );
  });

  test('are judged alike at every edge of every kind of field', async () => {
    await expectAlike(loose, edgeLines(loose));
  });

  test('are judged alike by rules over several fields', async () => {
    for (const dataset of datasets)
      await expectAlike(dataset, [...edgeLines(dataset), ...oddLines.slice(0, 10)]);
  });

  test('keys that no table can have beside each other cost only their own records', async () => {
    const evolution = { ...loose.evolution, newColumns: 'evolve' } as const;
    const { outcomes, found } = await judgedAlike({ ...loose, evolution }, [
      '{"id":"a"}',
      '{"A B":1}',
      '{"a b":1}',
      '{"id":"b"}',
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toStrictEqual([
      ...['accepted', 'rejected', 'rejected', 'accepted'],
    ]);
    expect(found).toMatchObject({ kind: 'refused', code: 'E_SCHEMA' });
  });
});
