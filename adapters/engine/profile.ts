import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { kindOf } from '../../core/fields/index.ts';
import { duckType, typeText } from '../../core/iceberg-type.ts';
import { type Alike, personalValues } from '../../core/infer/personal.ts';
import {
  type ColumnProfile,
  classifiedFields,
  type Profile,
  profiledColumnsMax,
  sampleBlockRows,
  sampleRowsMax,
  valueClass,
} from '../../core/quality/profile.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { type CleanFile, cleanPathsSql, cleanSql } from './dedupe.ts';
import type { Engine } from './instance.ts';
import { type ProfiledColumn, sampleColumns } from './profile-sample.ts';

const Count = z.coerce.number().int().nonnegative();
const Sampled = z.array(z.object({ rows: Count }));

/**
 * Profiles the clean rows of a run. Counts, missing values and bounds of all rows come from the
 * files' footers; the rest is asked of a sample, so that a large run pays no more than a small one.
 */
export const profileRun = async (
  engine: Engine,
  dataset: Dataset,
  clean: readonly CleanFile[],
  rows: number,
): Promise<Profile> => {
  const columns = columnsOf(dataset);
  const everyBlock = Math.max(1, Math.ceil(rows / sampleRowsMax));
  const dear = columns.slice(0, profiledColumnsMax).filter(isDear);
  const inSample = everyBlock === 1 ? '' : blockCondition(everyBlock);
  const named = list(dear.map(({ name }) => ident(name)));
  await engine.run(`CREATE TEMP TABLE profile_sample AS
    SELECT ${dear.length === 0 ? '_row' : named} FROM ${cleanSql(clean)} ${inSample}`);
  const personal = await personalColumns(engine, dear);
  // What looks like data of people is told of like what is declared to be.
  const told = columns.map((column) => ({
    ...column,
    classified: column.classified || personal.has(column.name),
  }));
  const shown = told.slice(0, profiledColumnsMax).filter(isDear);
  const { sampled, samples } = await sampleColumns(engine, shown);
  await engine.run('DROP TABLE profile_sample');
  const whole = await footerFacts(engine, clean, told);
  return {
    rows,
    sampled,
    everyBlock,
    blockRows: sampleBlockRows,
    columns: columns.map(({ name, type, classified }): ColumnProfile => {
      const { nulls = 0, ...bounds } = whole.get(name) ?? {};
      const sample = samples.get(name) ?? null;
      const found = personal.get(name);
      const people = found === undefined ? {} : { personal: found };
      return { name, type, classified, ...people, count: rows, nulls, ...bounds, sample };
    }),
  };
};

const isDear = ({ nested }: ProfiledColumn): boolean => !nested;

/** Values of a column that are looked at for data of people. */
const personalSample = 500;
const Texts = z.array(z.string()).nullable();

/**
 * The columns of which nobody said who may see them, and whose values look like data of people. By
 * their hashes, so that every run of the same rows looks at the same ones.
 */
const personalColumns = async (
  engine: Engine,
  columns: readonly ProfiledColumn[],
): Promise<ReadonlyMap<string, Alike>> => {
  // A card number may be a whole number too.
  const open = columns.filter(
    ({ declared, of, type }) => !declared && (of === 'text' || type === 'long'),
  );
  if (open.length === 0) return new Map();
  const select = open.map(({ name }, index) => {
    const values = `SELECT CAST(${ident(name)} AS VARCHAR) AS value FROM profile_sample
      WHERE ${ident(name)} IS NOT NULL ORDER BY hash(${ident(name)}) LIMIT ${personalSample}`;
    return `(SELECT list(value) FROM (${values})) AS c_${index}`;
  });
  const [row = {}] = z.array(Footer).parse(await engine.rows(`SELECT ${list(select)}`));
  return new Map(
    open.flatMap(({ name }, index) => {
      const found = personalValues(Texts.parse(row[`c_${index}`]) ?? []);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
};

const columnsOf = (dataset: Dataset): readonly ProfiledColumn[] => {
  const classified = classifiedFields(dataset);
  return Object.entries(dataset.fields).map(([name, field]) => {
    const type = kindOf(field).icebergType(field.options);
    return {
      name,
      type: typeText(type),
      duckType: duckType(type),
      nested: typeof type !== 'string',
      of: valueClass(type),
      classified: classified.has(name),
      declared: classified.has(name) || field.classification !== undefined,
    };
  });
};

/** The first block of each file is always in: a run of many small files is not judged by a few. */
const blockCondition = (everyBlock: number): string =>
  `WHERE ((_row - 1) // ${sampleBlockRows}) % ${everyBlock} = 0`;

type Whole = Partial<Pick<ColumnProfile, 'nulls' | 'min' | 'max' | 'newestMs'>>;

const Text = z.string().nullable();
const Footer = z.record(z.string(), z.unknown());
const Facts = z.object({
  nulls: Count,
  unbounded: Count,
  min: Text,
  max: Text,
  newest: z.unknown(),
});

/** What Parquet's statistics say of all rows; bounds only where every row group states them. */
const footerFacts = async (
  engine: Engine,
  clean: readonly CleanFile[],
  columns: readonly ProfiledColumn[],
): Promise<ReadonlyMap<string, Whole>> => {
  const plain = columns.filter(({ nested }) => !nested);
  const found = new Map<string, Whole>();
  if (plain.length > 0) {
    const select = plain.flatMap(footerSql);
    const [row] = z
      .array(Footer)
      .parse(
        await engine.rows(`SELECT ${list(select)} FROM parquet_metadata(${cleanPathsSql(clean)})`),
      );
    for (const [index, column] of plain.entries())
      found.set(column.name, wholeOf(column, row ?? {}, index));
  }
  for (const { name } of columns.filter(({ nested }) => nested)) {
    const nulls = `SELECT count(*) - count(${ident(name)}) AS rows FROM ${cleanSql(clean)}`;
    found.set(name, { nulls: Sampled.parse(await engine.rows(nulls))[0]?.rows ?? 0 });
  }
  return found;
};

const footerSql = ({ name, duckType: type, of, classified }: ProfiledColumn, index: number) => {
  const here = `FILTER (WHERE path_in_schema = ${literal(name)})`;
  const bound = (side: 'min' | 'max'): string =>
    `${side}(TRY_CAST(stats_${side}_value AS ${type})) ${here}`;
  const unbounded = `path_in_schema = ${literal(name)} AND stats_max_value IS NULL
    AND stats_null_count < num_values`;
  const shown = !classified && of !== 'other';
  const dated = shown && (of === 'date' || of === 'instant');
  return [
    `coalesce(sum(stats_null_count) ${here}, 0) AS nulls_${index}`,
    `count(*) FILTER (WHERE ${unbounded}) AS unbounded_${index}`,
    `${shown ? `CAST(${bound('min')} AS VARCHAR)` : 'NULL'} AS min_${index}`,
    `${shown ? `CAST(${bound('max')} AS VARCHAR)` : 'NULL'} AS max_${index}`,
    `${dated ? `epoch_ms(${bound('max')})` : 'NULL'} AS newest_${index}`,
  ];
};

const wholeOf = (
  _column: ProfiledColumn,
  row: Readonly<Record<string, unknown>>,
  index: number,
): Whole => {
  const { nulls, unbounded, min, max, newest } = Facts.parse({
    nulls: row[`nulls_${index}`],
    unbounded: row[`unbounded_${index}`],
    min: row[`min_${index}`],
    max: row[`max_${index}`],
    newest: row[`newest_${index}`],
  });
  if (unbounded > 0 || min === null || max === null) return { nulls };
  const newestMs = newest === null ? {} : { newestMs: z.coerce.number().parse(newest) };
  return { nulls, min, max, ...newestMs };
};
