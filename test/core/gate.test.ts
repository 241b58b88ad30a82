import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import type { TransformDocument, ValidatedFile } from '../../core/documents.ts';
import { decideGate } from '../../core/gate.ts';
import { ContentId, DatasetName, FileId } from '../../core/ids.ts';
import { defaultFiles } from '../../core/landing/file-options.ts';

const fileId = FileId.parse('a'.repeat(32));

const dataset = (kind: 'append' | 'replace'): Dataset => ({
  name: DatasetName.parse('orders'),
  domain: 'sales',
  owner: 'o',
  description: '',
  fields: {},
  key: [],
  write: { kind },
  partition: [],
  version: 1,
  rules: [],
  transforms: [],
  deduplicate: { by: 'key', keep: 'first' },
  quality: [],
  evolution: { newColumns: 'freeze', missingColumns: 'freeze', changedTypes: 'quarantine_row' },
  rejects: { holdAbove: 0.05 },
  files: defaultFiles,
});

const validated = (rowsIn: number, rejected: number): ValidatedFile => ({
  fileId,
  contentId: ContentId.parse('b'.repeat(64)),
  rowsIn,
  valid: rowsIn - rejected,
  rejected,
  wellFormed: rowsIn,
  nonEmpty: {},
  reasons: rejected === 0 ? [] : [{ code: 'E_TYPE', field: 'quantity', rows: rejected }],
  bytes: { total: 0, rows: 0, framing: 0 },
  clean: null,
  rejects: null,
});

const transformed = (
  published: number,
  deduplicated = 0,
  references: TransformDocument['references'] = {},
): TransformDocument => ({
  files: [{ fileId, published, deduplicated }],
  staged:
    published === 0
      ? []
      : [{ uri: 's3://c/d', rows: String(published), bytes: '1', partition: [], columns: [] }],
  schemaId: 0,
  specId: 0,
  references,
  unmatched: {},
  duplicates: null,
});

describe('decideGate', () => {
  test.each([
    ['a clean run', 'append', validated(100, 0), transformed(100), 'publish', undefined],
    [
      'exactly the allowed share',
      'append',
      validated(100, 5),
      transformed(95),
      'publish',
      undefined,
    ],
    [
      'one row above it',
      'append',
      validated(100, 6),
      transformed(94),
      'hold',
      'E_TOO_MANY_REJECTS',
    ],
    ['all rows rejected', 'append', validated(3, 3), transformed(0), 'hold', 'E_TOO_MANY_REJECTS'],
    ['no rows at all', 'append', validated(0, 0), transformed(0), 'publish', undefined],
    [
      'duplicates are no rejects',
      'append',
      validated(10, 0),
      transformed(1, 9),
      'publish',
      undefined,
    ],
    [
      'a whole table of no rows',
      'replace',
      validated(0, 0),
      transformed(0),
      'hold',
      'E_EMPTY_REPLACE',
    ],
    [
      'a join with nothing published',
      'append',
      validated(1, 0),
      transformed(1, 0, { products: null }),
      'hold',
      'E_REFERENCE',
    ],
    [
      'a join with a snapshot',
      'append',
      validated(1, 0),
      transformed(1, 0, { products: '7' }),
      'publish',
      undefined,
    ],
  ] as const)('%s', (_name, write, file, transform, decision, code) => {
    const verdict = decideGate(dataset(write), [file], transform);
    expect({ decision: verdict.decision, code: verdict.refusal?.code }).toEqual({ decision, code });
  });

  test('a run whose files all ended elsewhere has nothing to publish', () => {
    const none = { ...transformed(0), files: [] };
    expect(decideGate(dataset('append'), [], none).decision).toBe('nothing');
  });

  test('a row that went missing stops the run', () => {
    expect(() => decideGate(dataset('append'), [validated(10, 1)], transformed(8))).toThrow(
      'rows are conserved',
    );
  });

  test('staged files that hold other than the published rows stop the run', () => {
    const wrong = { ...transformed(10), staged: transformed(9).staged };
    expect(() => decideGate(dataset('append'), [validated(10, 0)], wrong)).toThrow(
      '9 rows are staged',
    );
  });

  test('the score is the mean of its parts', () => {
    const { quality } = decideGate(dataset('append'), [validated(100, 4)], transformed(48, 48));
    expect(quality).toEqual({ score: 82, validity: 0.96, completeness: 1, uniqueness: 0.5 });
  });
});
