import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { defineDataset, replace } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import { sha256 } from '../../core/hash.ts';
import { references, unique, warn } from '../../core/rules/index.ts';
import { explode } from '../../core/transforms/index.ts';
import { memoryStack } from '../support/memory-stack.ts';

const about = { domain: 'test', owner: 'test', description: 'For this test.' };
const clubs = defineDataset({
  ...about,
  name: 'clubs',
  fields: { club: text(), town: text() },
  key: ['club'],
  write: replace(),
});
const members = defineDataset({
  ...about,
  name: 'members',
  fields: {
    id: integer({ bits: 64 }),
    login: text({ mask: { how: 'hash' }, classification: 'confidential' }),
    club: text(),
    sports: text({ optional: true }),
  },
  key: ['id'],
  rules: [unique('login'), references('club', 'clubs'), warn(unique('sports'))],
  transforms: [explode('sports', { separator: '/' })],
  rejects: { holdAbove: 0.6 },
});

const csv = [
  'id,login,club,sports',
  '9007199254740993,ann,north,golf/chess',
  '2,bob,north,golf/chess',
  '3,ann,north,',
  '4,cid,nowhere,golf',
  '2,dup,north,',
  '',
].join('\n');

const rowsOf = async (files: readonly Buffer[], columns: string) => {
  const dir = mkdtempSync(join(tmpdir(), 'contract-run-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const [index, bytes] of files.entries())
      writeFileSync(join(dir, `${index}.parquet`), bytes);
    const from = `read_parquet('${dir}/*.parquet')`;
    const found = await connection.runAndReadAll(`SELECT ${columns} FROM ${from} ORDER BY ALL`);
    return found.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(dir, { recursive: true });
  }
};

const runOf = async (stack: ReturnType<typeof memoryStack>) =>
  (await stack.ledger.listRuns({ limit: 10 })).find(({ dataset }) => dataset === 'members');

test('rules over rows, masks and exploded rows go the whole way, and every row is accounted for', async () => {
  const stack = memoryStack({ datasets: [clubs, members] });
  const objects = (part: string): Buffer[] =>
    [...stack.objects].flatMap(([uri, bytes]) => (uri.includes(part) ? [bytes] : []));
  await stack.land([['members/early.csv', csv]]);
  const early = await runOf(stack);
  expect([early?.state, early?.reason?.code], early?.reason?.detail).toEqual([
    'HELD',
    'E_REFERENCE',
  ]);
  await stack.land([['clubs/c.csv', 'club,town\nnorth,Ulm\n']]);
  await stack.land([['members/late.csv', csv]]);
  const run = await runOf(stack);
  expect(run).toMatchObject({
    state: 'PUBLISHED',
    counts: { rowsIn: 5, published: 2, rejected: 2, deduplicated: 1 },
  });
  const barred = objects(`${run?.runId}/a1/rejects/`);
  expect(await rowsOf(barred, '_row, byte_start, decode(raw) AS raw, reasons')).toEqual([
    {
      _row: 3,
      byte_start: null,
      raw: '{"id":3,"login":"ann","club":"north","sports":null}',
      reasons: [{ code: 'E_UNIQUE', field: 'login' }],
    },
    {
      _row: 4,
      byte_start: null,
      raw: '{"id":4,"login":"cid","club":"nowhere","sports":"golf"}',
      reasons: [{ code: 'E_FOREIGN_KEY', field: 'club' }],
    },
  ]);
  const hashOf = (login: string): string => sha256(`a salt:${login}`);
  const curated = objects(`members/data/${run?.runId}`);
  expect(await rowsOf(curated, '_row, id::VARCHAR AS id, login, sports')).toEqual([
    { _row: 1, id: '9007199254740993', login: hashOf('ann'), sports: 'chess' },
    { _row: 1, id: '9007199254740993', login: hashOf('ann'), sports: 'golf' },
    { _row: 2, id: '2', login: hashOf('bob'), sports: 'chess' },
    { _row: 2, id: '2', login: hashOf('bob'), sports: 'golf' },
  ]);
  const gate = JSON.parse(String(objects(`${run?.runId}/a1/gate.json`)[0]));
  expect(gate.warnings).toEqual([{ code: 'E_UNIQUE', field: 'sports', rows: 1 }]);
});
