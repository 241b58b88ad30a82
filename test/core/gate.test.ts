import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import type { TransformDocument, ValidatedFile } from '../../core/documents.ts';
import type { Drift } from '../../core/evolution/drift.ts';
import { defaultEvolution } from '../../core/evolution/evolution.ts';
import { decideGate, type GateContext } from '../../core/gate.ts';
import { ContentId, DatasetName, EpochMs, FileId } from '../../core/ids.ts';
import { defaultFiles } from '../../core/landing/file-options.ts';
import { validity } from '../../core/quality/index.ts';

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
  rejects: { holdAbove: 0.05 },
  evolution: defaultEvolution,
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
  warnings: [],
  warned: 0,
  bytes: { total: 0, rows: 0, framing: 0 },
  clean: [],
  rejects: null,
});

const transformed = (
  published: number,
  deduplicated = 0,
  references: TransformDocument['references'] = {},
): TransformDocument => ({
  files: [{ fileId, published, deduplicated, barred: 0 }],
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

const now = EpochMs.parse(1_795_237_200_000);
const alone = { history: [], now, released: false };
const decide = (
  of: Dataset,
  files: readonly ValidatedFile[],
  transform: TransformDocument,
  context: Partial<GateContext> = {},
) => decideGate(of, files, transform, { ...alone, ...context });

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
    const verdict = decide(dataset(write), [file], transform);
    expect({ decision: verdict.decision, code: verdict.refusal?.code }).toEqual({ decision, code });
  });

  test('a run whose files all ended elsewhere has nothing to publish', () => {
    const none = { ...transformed(0), files: [] };
    expect(decide(dataset('append'), [], none).decision).toBe('nothing');
  });

  test('a row that went missing stops the run', () => {
    expect(() => decide(dataset('append'), [validated(10, 1)], transformed(8))).toThrow(
      'rows are conserved',
    );
  });

  test('staged files that hold other than the published rows stop the run', () => {
    const wrong = { ...transformed(10), staged: transformed(9).staged };
    expect(() => decide(dataset('append'), [validated(10, 0)], wrong)).toThrow('9 rows are staged');
  });

  test('the score is the mean of its parts', () => {
    const { quality } = decide(dataset('append'), [validated(100, 4)], transformed(48, 48));
    expect(quality).toMatchObject({ score: 82, validity: 0.96, completeness: 1, uniqueness: 0.5 });
  });

  describe('with a check that is broken', () => {
    const asking = (severity: 'warn' | 'hold') => ({
      ...dataset('append'),
      quality: [validity({ min: 0.99, severity })],
    });
    const [file, rows] = [validated(100, 4), transformed(96)];

    test('holds the run when the check says so, with the numbers', () => {
      expect(decide(asking('hold'), [file], rows)).toMatchObject({
        decision: 'hold',
        refusal: {
          code: 'E_QUALITY',
          detail: 'validity is 96.00 % (96 of 100 rows); at least 99.00 % is asked',
        },
      });
    });

    test('only says so otherwise', () => {
      const verdict = decide(asking('warn'), [file], rows);
      expect(verdict).toMatchObject({ decision: 'publish', refusal: null });
      expect(verdict.quality.findings).toMatchObject([
        {
          kind: 'validity',
          severity: 'warn',
          state: 'broken',
          numbers: { value: 0.96, min: 0.99 },
        },
      ]);
    });

    test.each([
      ['a broken check', asking('hold'), file, rows, 'E_QUALITY'],
      [
        'too many rejects',
        asking('hold'),
        validated(100, 40),
        transformed(60),
        'E_TOO_MANY_REJECTS',
      ],
    ] as const)('lets a released run pass in spite of %s', (_name, of, each, staged, code) => {
      const verdict = decide(of, [each], staged, { released: true });
      expect(verdict).toMatchObject({ decision: 'publish', refusal: null, overruled: { code } });
    });
  });

  describe('with files that differ', () => {
    const differing = (rows: number, mode: Drift['mode'] = 'hold'): ValidatedFile => ({
      ...validated(rows, 0),
      drift: [{ kind: 'new column', column: 'coupon', mode, rows }],
    });

    test('holds the run where the dataset says so, and says what differs over all files', () => {
      const other = { ...differing(2), fileId: FileId.parse('c'.repeat(32)) };
      const of = transformed(5);
      const files = [
        ...of.files,
        { fileId: other.fileId, published: 2, deduplicated: 0, barred: 0 },
      ];
      const staged = of.staged.map((file) => ({ ...file, rows: '7' }));
      const verdict = decide(dataset('append'), [differing(5), other], { ...of, files, staged });
      expect(verdict).toMatchObject({
        decision: 'hold',
        drift: [{ column: 'coupon', rows: 7 }],
        refusal: {
          code: 'E_EVOLUTION',
          detail: expect.stringContaining('new column "coupon" in 7 rows (hold)'),
        },
      });
    });

    test('publishes what was released, and what only evolves', () => {
      const released = decide(dataset('append'), [differing(5)], transformed(5), {
        released: true,
      });
      expect(released).toMatchObject({ decision: 'publish', overruled: { code: 'E_EVOLUTION' } });
      const evolving = decide(dataset('append'), [differing(5, 'evolve')], transformed(5));
      expect(evolving).toMatchObject({ decision: 'publish', drift: [{ mode: 'evolve' }] });
    });

    test('holds no run without rows: a release could publish nothing of it', () => {
      expect(decide(dataset('append'), [differing(0)], transformed(0)).decision).toBe('publish');
    });
  });

  test('a released run that passes anyway overrules nothing', () => {
    const verdict = decide(dataset('append'), [validated(9, 0)], transformed(9), {
      released: true,
    });
    expect(verdict.overruled).toBeUndefined();
  });
});
