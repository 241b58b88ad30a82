import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CaseRow } from '../../../core/cases/case.ts';
import { runCase } from '../../../core/cases/run-case.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { col, is } from '../../../core/expressions/index.ts';
import { text } from '../../../core/fields/index.ts';
import { completeness } from '../../../core/quality/index.ts';
import { requiredWhen, unique } from '../../../core/rules/index.ts';
import { fill, split } from '../../../core/transforms/index.ts';
import { runInSetEngine } from '../../support/case-engine.ts';

const notes = defineDataset({
  name: 'notes',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Notes that may be empty.',
  fields: {
    id: text({ min: 0 }),
    note: text({ optional: true }),
    words: text({ optional: true }),
    secret: text({ optional: true, mask: { how: 'hash' } }),
    shown: text({ optional: true, mask: { how: 'truncate', keep: 1, from: 'end' } }),
  },
  key: ['id'],
  write: append(),
  rules: [requiredWhen(is(col('id'), ''), 'note'), unique('words')],
  transforms: [fill('note', { with: 'none' }), split('words', ' ', { into: 'parts' })],
  quality: [completeness('note', { min: 0.9 })],
});

test('an empty text is a value to rules, keys, steps, masks and checks, in both engines', async () => {
  const rows: CaseRow[] = [
    { id: '', note: '', words: '', secret: '', shown: '' },
    { id: '1', note: null, words: null, secret: null, shown: null },
    { id: '2', note: '', words: '', secret: 'x', shown: 'xy' },
    { id: '', note: 'again' },
    { id: null, note: 'no key' },
  ];
  const work = mkdtempSync(join(tmpdir(), 'empty-texts-'));
  const one = { name: 'empty texts', rows, expect: {} };
  try {
    const found = await runInSetEngine(notes, () => undefined, one, work);
    const { warned: _, ...told } = runCase(notes, () => undefined, one);
    expect(found).toEqual(told);
    expect(found.rejected).toEqual([
      { row: 3, reasons: ['E_UNIQUE words'] },
      { row: 4, reasons: ['E_DUPLICATE_KEY'] },
      { row: 5, reasons: ['E_REQUIRED id'] },
    ]);
    expect(found.published).toMatchObject([
      { row: 1, values: { id: '', note: '', words: '', parts: [null], shown: '' } },
      { row: 2, values: { id: '1', note: 'none', words: null, parts: null, secret: null } },
    ]);
    expect(found.published[0]?.values.secret).toMatch(/^[0-9a-f]{64}$/);
  } finally {
    rmSync(work, { recursive: true });
  }
});
