import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { duplicatesCopySql, findDuplicates } from '../../../adapters/engine/dedupe.ts';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';
import { barredCopySql, findBarred } from '../../../adapters/engine/set-rules.ts';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import type { SetRule } from '../../../core/rules/row-rule.ts';
import { breaksSetRule, setRulesOf } from '../../../core/validate/judge-set.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'set-rules-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const usersOf = (definition: Partial<DatasetDefinition>) =>
  defineDataset({
    name: 'users',
    domain: 'test',
    owner: 'test',
    description: 'People with logins.',
    fields: {
      id: text(),
      login: text({ optional: true }),
      shop: text({ optional: true }),
      version: integer({ optional: true }),
    },
    ...definition,
  });

type User = readonly [
  id: string,
  login: string | null,
  shop: string | null,
  version: number | null,
];

/** Clean files as validate writes them; file ids sort against the order of the files. */
const withFiles = async <T>(
  files: readonly (readonly User[])[],
  work: (engine: Engine, clean: { paths: string[]; fileId: string }[]) => Promise<T>,
): Promise<T> => {
  const at = mkdtempSync(join(dir, 'w-'));
  const engine = await openEngine({ workDir: at, threads: 1 });
  const sql = (value: string | number | null): string =>
    value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`;
  try {
    const clean: { paths: string[]; fileId: string }[] = [];
    for (const [index, users] of files.entries()) {
      const fileId = String(9 - index).repeat(32);
      const path = join(at, `${fileId}.parquet`);
      const rows = users.map(
        (user, row) => `(${user.map(sql).join(', ')}, '${fileId}', ${row + 1}::INTEGER)`,
      );
      await engine.run(`COPY (SELECT id::VARCHAR AS id, login::VARCHAR AS login,
        shop::VARCHAR AS shop, version::INTEGER AS version, _file, _row
        FROM (VALUES ${rows.join(', ')}) t(id, login, shop, version, _file, _row))
        TO '${path}' (FORMAT parquet)`);
      clean.push({ paths: [path], fileId });
    }
    return await work(engine, clean);
  } finally {
    engine.close();
  }
};

const unique = (columns: readonly string[], severity: 'reject' | 'warn' = 'reject'): SetRule => ({
  kind: 'unique',
  columns,
  severity,
});
const ofShop: SetRule = {
  kind: 'references',
  column: 'shop',
  dataset: 'shops',
  severity: 'reject',
};

const shopsFile = async (engine: Engine, at: string, shops: readonly string[]) => {
  const path = join(at, 'shops.parquet');
  await engine.run(`COPY (SELECT unnest([${shops.map((shop) => `'${shop}'`).join(', ')}]) AS shop)
    TO '${path}' (FORMAT parquet)`);
  return path;
};

test('the first of equal values stays, also across files; a missing value breaks nothing', async () => {
  const users = usersOf({ key: ['id'], rules: [unique(['login'])] });
  const files: User[][] = [
    [
      ['1', 'ann', null, 1],
      ['2', null, null, 1],
      ['3', 'bob', null, 1],
    ],
    [
      ['4', 'ann', null, 1],
      ['5', null, null, 1],
      ['3', 'ann', null, 1],
    ],
  ];
  await withFiles(files, async (engine, clean) => {
    const found = await findDuplicates(engine, users, clean);
    expect([...found.duplicates.values()]).toEqual([1]);
    const barred = await findBarred(engine, {
      dataset: users,
      files: clean,
      duplicates: true,
      keys: new Map(),
    });
    // Row 3 of the second file is a duplicate by its key, so it is not judged again.
    expect(Object.fromEntries(barred.perFile)).toEqual({ ['8'.repeat(32)]: 1 });
    expect(barred.reasons).toEqual([{ code: 'E_UNIQUE', field: 'login', rows: 1 }]);
    const work = join(clean[0]?.paths[0] ?? '', '..', 'barred.parquet');
    await engine.run(barredCopySql(users, clean[1] ?? { fileId: '', paths: [] }, 'run-1', work));
    expect(await engine.rows(`SELECT * REPLACE (decode(raw) AS raw) FROM '${work}'`)).toEqual([
      {
        _run: 'run-1',
        _file: '8'.repeat(32),
        _row: 1,
        byte_start: null,
        byte_end: null,
        raw: '{"id":"4","login":"ann","shop":null,"version":1}',
        reasons: [{ code: 'E_UNIQUE', field: 'login' }],
      },
    ]);
  });
});

test('a value that is no key of the other dataset is barred; an unpublished one bars nothing', async () => {
  const users = usersOf({ key: ['id'], rules: [ofShop, unique(['version'], 'warn')] });
  const files: User[][] = [
    [
      ['1', null, 'north', 1],
      ['2', null, 'south', 1],
      ['3', null, null, 1],
      ['4', null, 'east', 2],
    ],
  ];
  await withFiles(files, async (engine, clean) => {
    const paths = [
      await shopsFile(engine, join(clean[0]?.paths[0] ?? '', '..'), ['north', 'west']),
    ];
    const keys = new Map([['shops', { column: 'shop', paths }]]);
    const request = { dataset: users, files: clean, duplicates: false };
    const barred = await findBarred(engine, { ...request, keys });
    expect(barred).toMatchObject({
      reasons: [{ code: 'E_FOREIGN_KEY', field: 'shop', rows: 2 }],
      warnings: [{ code: 'E_UNIQUE', field: 'version', rows: 2 }],
      // Of the two rows with a warning one is barred: only published rows are warned of.
      warned: 1,
    });
  });
  await withFiles(files, async (engine, clean) => {
    const barred = await findBarred(engine, {
      dataset: users,
      files: clean,
      duplicates: false,
      keys: new Map([['shops', null]]),
    });
    expect(barred.perFile.size).toBe(0);
  });
});

const someUser = fc.tuple(
  fc.constantFrom('1', '2', '3', '4', '5', '6'),
  fc.constantFrom('ann', 'bob', 'ANN', null),
  fc.constantFrom('north', 'south', null),
  fc.constantFrom(1, 2, null),
);

test('both engines bar the same rows', async () => {
  const rules = [unique(['login', 'version']), unique(['shop']), ofShop];
  const users = usersOf({ rules });
  const someFiles = fc.array(fc.array(someUser, { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(someFiles, async (files) => {
      await withFiles(files, async (engine, clean) => {
        const paths = [await shopsFile(engine, join(clean[0]?.paths[0] ?? '', '..'), ['north'])];
        const keys = new Map([['shops', { column: 'shop', paths }]]);
        await findBarred(engine, { dataset: users, files: clean, duplicates: false, keys });
        const found = await engine.rows('SELECT _file, _row FROM barred ORDER BY ALL');
        const rows = files.flatMap((each, index) =>
          each.map(([id, login, shop, version], row) => ({
            place: { _file: clean[index]?.fileId ?? '', _row: row + 1 },
            values: { id, login, shop, version },
          })),
        );
        const values = rows.map((row) => row.values);
        const expected = new Set(
          setRulesOf(users.rules).flatMap((rule) =>
            breaksSetRule(rule, values, () => new Set(['north'])).map(
              (index) => `${rows[index]?.place._file} ${rows[index]?.place._row}`,
            ),
          ),
        );
        expect(found.map((row) => Object.values(row ?? {}).join(' ')).sort()).toEqual(
          [...expected].sort(),
        );
      });
    }),
    { numRuns: 40, seed: 4 },
  );
}, 60_000);

test.each([
  ['first', { by: 'key', keep: 'first' }, ['9 1']],
  ['last', { by: 'key', keep: 'last' }, ['8 2']],
  [
    'of the largest version, missing ones the smallest',
    { by: 'key', keep: { largest: 'version' } },
    ['9 2'],
  ],
] as const)('of equal keys the %s is kept', async (_name, deduplicate, kept) => {
  const users = usersOf({ key: ['id'], deduplicate });
  const files: User[][] = [
    [
      ['1', 'a', null, 2],
      ['1', 'b', null, 7],
    ],
    [
      ['1', 'c', null, null],
      ['1', 'd', null, 3],
    ],
  ];
  await withFiles(files, async (engine, clean) => {
    const found = await findDuplicates(engine, users, clean);
    expect([...found.duplicates.values()].reduce((a, b) => a + b, 0)).toBe(3);
    const left = await engine.rows(`SELECT DISTINCT duplicate_of_file[1] || ' ' || duplicate_of_row
      AS kept FROM duplicate`);
    expect(left.flatMap((row) => Object.values(row ?? {}))).toEqual(kept);
  });
});

test('a masked key is not shown beside the duplicate rows', async () => {
  const fields = { ...usersOf({}).fields, id: text({ mask: { how: 'hash' } }), login: text() };
  const users = usersOf({ fields, key: ['id', 'login'] });
  expect(duplicatesCopySql(users, 'run-1', 'x')).not.toContain('"id"');
  expect(duplicatesCopySql(users, 'run-1', 'x')).toContain('"login"');
});

test('without a key, rows that are the same in every field are one, missing values too', async () => {
  const users = usersOf({ deduplicate: { by: 'row' } });
  const files: User[][] = [
    [
      ['1', 'a', null, 2],
      ['1', 'a', null, 2],
      ['1', 'a', 'x', 2],
    ],
  ];
  await withFiles(files, async (engine, clean) => {
    const found = await findDuplicates(engine, users, clean);
    expect([...found.duplicates.values()]).toEqual([1]);
    const path = join(clean[0]?.paths[0] ?? '', '..', 'duplicates.parquet');
    await engine.run(duplicatesCopySql(users, 'run-1', path));
    expect(await engine.rows(`SELECT _row, code FROM '${path}'`)).toEqual([
      { _row: 2, code: 'E_DUPLICATE_ROW' },
    ]);
  });
});
