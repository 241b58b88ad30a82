import { join } from 'node:path';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import { ReasonCount } from '../../core/documents.ts';
import { declaredIn } from '../../core/evolution/evolved.ts';
import type { FileId } from '../../core/ids.ts';
import type { SetRule } from '../../core/rules/row-rule.ts';
import { ident, list, literal } from '../../core/sql.ts';
import {
  breaksSetRuleSql,
  columnsOfSetRule,
  reasonOfSetRule,
  setRulesOf,
} from '../../core/validate/judge-set.ts';
import { type CleanFile, cleanSql } from './dedupe.ts';
import type { Engine } from './instance.ts';

/** The rules over several rows, judged on the rows that are left when the duplicates are gone. */
export type SetRequest = {
  readonly dataset: Dataset;
  readonly files: readonly CleanFile[];
  /** Whether a table `duplicate` exists. */
  readonly duplicates: boolean;
  /** Published files and key column of each dataset referred to; null: never published. */
  readonly keys: ReadonlyMap<
    string,
    { readonly column: string; readonly paths: readonly string[] } | null
  >;
};

/** What the rules found; the rows rejected are the table `barred`, when there are any. */
export type Barred = {
  readonly perFile: ReadonlyMap<string, number>;
  readonly reasons: readonly ReasonCount[];
  readonly warnings: readonly ReasonCount[];
  readonly warned: number;
};

const nothing: Barred = { perFile: new Map(), reasons: [], warnings: [], warned: 0 };

const Count = z.coerce.number().int().nonnegative();
const PerFile = z.array(z.object({ _file: z.string(), rows: Count }));
const Rows = z.array(z.object({ rows: Count }));

/** Makes the table `barred` of rows that break a rule over several rows. */
export const findBarred = async (engine: Engine, request: SetRequest): Promise<Barred> => {
  const rules = setRulesOf(request.dataset.rules);
  if (rules.length === 0) return nothing;
  await engine.run(
    'CREATE TEMP TABLE broken (_file VARCHAR, _row INTEGER, code VARCHAR, field VARCHAR, bars BOOLEAN)',
  );
  for (const rule of rules) await judge(engine, request, rule);
  await engine.run(`CREATE TEMP TABLE barred AS
    SELECT _file, _row, list({code: code, field: field} ORDER BY code, field) AS reasons
    FROM broken WHERE bars GROUP BY _file, _row`);
  const counted = await engine.rows('SELECT _file, count(*) AS rows FROM barred GROUP BY 1');
  const [warned] = Rows.parse(
    await engine.rows(`SELECT count(*) AS rows FROM (SELECT DISTINCT _file, _row FROM broken
      WHERE NOT bars AND (_file, _row) NOT IN (SELECT (_file, _row) FROM barred))`),
  );
  return {
    perFile: new Map(PerFile.parse(counted).map(({ _file, rows }) => [_file, rows])),
    reasons: await countsOf(engine, 'bars'),
    warnings: await countsOf(engine, 'NOT bars'),
    warned: warned?.rows ?? 0,
  };
};

const countsOf = async (engine: Engine, which: string): Promise<ReasonCount[]> =>
  z.array(ReasonCount).parse(
    await engine.rows(`SELECT code, field, count(*)::INTEGER AS rows FROM broken
      WHERE ${which} GROUP BY ALL ORDER BY rows DESC, code, field`),
  );

const judge = async (engine: Engine, request: SetRequest, rule: SetRule): Promise<void> => {
  const { files, duplicates, keys } = request;
  if (rule.kind === 'references') {
    const known = keys.get(rule.dataset);
    assert(known !== undefined, `the keys of ${rule.dataset} were looked for`);
    if (known === null) return;
    await engine.run(`CREATE TEMP TABLE key_of AS SELECT ${ident(known.column)}
      FROM read_parquet([${list(known.paths.map(literal))}], union_by_name = true)`);
  }
  const columns = list(columnsOfSetRule(rule).map(ident));
  const place = `list_position([${list(files.map(({ fileId }) => literal(fileId)))}], _file)`;
  const left = duplicates ? 'ANTI JOIN duplicate d ON s._row = d._row AND s._file = d._file' : '';
  const rows = `(SELECT _file, _row, ${place} AS _place, ${columns}
    FROM ${cleanSql(files)} s ${left})`;
  if (rule.kind === 'unique') {
    await engine.run(`CREATE TEMP TABLE twice_of AS SELECT hash(${columns}) AS hash
      FROM ${cleanSql(files)} GROUP BY 1 HAVING count(*) > 1`);
  }
  const { code, field } = reasonOfSetRule(rule);
  const broken = breaksSetRuleSql(rule, { rows, twice: 'twice_of', keys: 'key_of' });
  await engine.run(`INSERT INTO broken SELECT _file, _row, ${literal(code)}, ${literal(field)},
    ${rule.severity === 'reject'} FROM (${broken})`);
  await engine.run('DROP TABLE IF EXISTS twice_of');
  await engine.run('DROP TABLE IF EXISTS key_of');
};

/**
 * Keeps the barred rows of a file as the validate stage keeps rejected ones. Their bytes are not
 * at hand here, so raw is the row's values as JSON; file and row number lead to the bytes.
 */
export const barredCopySql = (
  dataset: Dataset,
  file: CleanFile,
  runId: string,
  path: string,
): string => {
  const columns = [...declaredIn(dataset), ...(file.evolved ?? [])];
  const cells = columns.map((name) => `${ident(name)} := s.${ident(name)}`);
  return `COPY (SELECT ${literal(runId)} AS _run, s._file::VARCHAR AS _file, s._row,
      NULL::BIGINT AS byte_start, NULL::BIGINT AS byte_end,
      encode(to_json(struct_pack(${list(cells)}))::VARCHAR) AS raw, b.reasons
    FROM ${cleanSql([file])} s JOIN barred b ON s._row = b._row AND s._file = b._file
    ORDER BY s._row)
    TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`;
};

/** What the rules found, with the files of the rows that they reject. */
export type KeptBarred = Pick<Barred, 'reasons' | 'warnings' | 'warned'> & {
  readonly rejects: readonly { readonly fileId: FileId; readonly path: string }[];
};

/** Writes a file of rejected rows for each landed file that has some. */
export const keepBarred = async (
  engine: Engine,
  request: {
    readonly dataset: Dataset;
    readonly clean: readonly (CleanFile & { readonly fileId: FileId })[];
    readonly outDir: string;
    readonly runId: string;
  },
  { perFile, reasons, warnings, warned }: Barred,
): Promise<KeptBarred | undefined> => {
  const { dataset, clean, outDir, runId } = request;
  if (setRulesOf(dataset.rules).length === 0) return undefined;
  const rejects: { fileId: FileId; path: string }[] = [];
  for (const file of clean) {
    if (!perFile.has(file.fileId)) continue;
    const path = join(outDir, `barred-${file.fileId}.parquet`);
    await engine.run(barredCopySql(dataset, file, runId, path));
    rejects.push({ fileId: file.fileId, path });
  }
  return { reasons, warnings, warned, rejects };
};
