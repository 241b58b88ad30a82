import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { lineJudge } from '../adapters/engine/judge-line.ts';
import { codes } from '../core/codes.ts';
import type { Dataset } from '../core/dataset.ts';
import { EpochMs } from '../core/ids.ts';
import { asRecords } from '../core/push/as-records.ts';
import { envelopes, openEnvelope } from '../core/stream/envelope.ts';
import { routesOf } from '../core/stream/reading.ts';
import { decideSegment } from '../core/stream/sift.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { datasets } from '../datasets/index.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const block = (language: string): string => {
  const found = readme.match(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``))?.[1];
  if (found === undefined) throw new Error(`README.md has no ${language} block`);
  return found;
};

/**
 * The README's example as a module beside the real rooms, so that its imports are the real ones.
 */
const example = async (): Promise<Dataset> => {
  const path = join(root, '.headgate', 'readme-example.ts');
  mkdirSync(join(root, '.headgate'), { recursive: true });
  writeFileSync(path, block('ts'));
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(path).href);
  return z.object({ payments: z.custom<Dataset>() }).parse(module).payments;
};

const row = {
  payment_id: 'P00000001',
  payer: 'Ana@Example.com',
  parts: '3',
  amount: '12.50',
  currency: 'EUR',
  paid_at: '2026-11-21T05:00:00Z',
  note: null,
};

test('the first dataset of the README loads and judges rows as it says', async () => {
  const payments = await example();
  expect(judgeRow(payments, row).ok).toBe(true);
  const wrong = judgeRow(payments, { ...row, parts: '13', currency: 'eur', amount: '0.001' });
  expect(wrong).toEqual({
    ok: false,
    reasons: [
      { code: 'E_RANGE', field: 'parts' },
      { code: 'E_SCALE', field: 'amount' },
      { code: 'E_ONE_OF', field: 'currency' },
    ],
  });
});

test.each([
  'README.md',
  'docs/operations.md',
  'docs/datasets.md',
  'docs/architecture.md',
  'docs/api.md',
  'docs/streams.md',
])('%s names only codes and files that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [code] of text.matchAll(/\bE_[A-Z_]+\b/g)) expect(Object.keys(codes)).toContain(code);
  for (const [, link] of text.matchAll(/\]\(([^)#:]+)\)/g))
    expect(() => readFileSync(join(root, page, '..', link ?? ''))).not.toThrow(/ENOENT/);
});

const pageOf = (page: string): string => readFileSync(join(root, page), 'utf8');

test.each(['README.md', 'docs/api.md'])('the record that %s posts is accepted', (page) => {
  const [, name = '', record = ''] =
    /\/datasets\/(\w+)\/records"[^']*(?:'[^{'][^']*'[^']*)*-d '([^']+)'/.exec(pageOf(page)) ?? [];
  const dataset = datasets.find((each) => each.name === name);
  expect(dataset?.name).toBe('clickstream');
  expect(dataset && lineJudge(asRecords(dataset))([Buffer.from(record)])[0]?.ok).toBe(true);
});

const routes = routesOf(datasets, lineJudge);
const landsIn = (payload: string): readonly string[] => {
  const arrivedAt = EpochMs.parse(0);
  const record = { shard: 's', sequence: '1', partitionKey: 'p', arrivedAt };
  return decideSegment(routes, 'S', [{ ...record, payload: Buffer.from(payload) }]).segment.objects;
};

test.each(['README.md', 'docs/streams.md'])('the record that %s puts is accepted', (page) => {
  const [, record = ''] = /put-record [^']*'([^']+)'/.exec(pageOf(page)) ?? [];
  expect(landsIn(record)).toEqual(['sensor_readings/_stream/S/s/1-1.jsonl']);
});

test('each envelope has an example that opens', () => {
  const page = pageOf('docs/streams.md');
  const examples = [...page.matchAll(/^`(\w+)`, .*\n```json\n(.*)\n```/gm)];
  expect(examples.map(([, name]) => name)).toEqual([...envelopes]);
  for (const envelope of envelopes) {
    const line = examples.find(([, name]) => name === envelope)?.[2] ?? '';
    const opened = openEnvelope(envelope, { payload: Buffer.from(line), partitionKey: 'p' });
    expect({ envelope, kind: opened.kind }).toEqual({ envelope, kind: 'row' });
  }
});
