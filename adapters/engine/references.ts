import * as z from 'zod';
import { columnsOf, type Lookup } from '../../core/contract.ts';
import { PermanentError } from '../../core/errors.ts';
import { duckType } from '../../core/load/parquet.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { CompiledTransform } from '../../core/transform/compile-transform.ts';
import type { Engine } from './instance.ts';

type Reference = CompiledTransform['references'][number];

/** Smallest and largest text of a column: bounds for what has none of its own. */
export type Bounds = { readonly min: string; readonly max: string };

/** Up to so many distinct texts a joined column is an ENUM, which is written ten times faster. */
const ENUM_TEXTS_MAX = 10_000;
/** Of fewer published rows, making the ENUM takes longer than it saves. */
const ENUM_ROWS_MIN = 50_000;

const Texts = z.array(
  z.object({ texts: z.coerce.number(), min: z.string().nullable(), max: z.string().nullable() }),
);

/**
 * Makes the table r<index> of a joined dataset: the column it is joined by and those taken. A
 * dataset that was never published is an empty table. Returns the bounds of those columns that
 * become an ENUM, for `rows` published rows.
 */
export const makeReference = async (
  engine: Engine,
  index: number,
  { dataset, on, take }: Reference,
  paths: readonly string[] | null,
  lookup: Lookup,
  rows: number,
): Promise<ReadonlyMap<string, Bounds>> => {
  const types = typesOf(dataset, lookup);
  const typed = (name: string): string => `${ident(name)}::${types(name)}`;
  const from =
    paths === null || paths.length === 0
      ? `(SELECT ${list([on, ...take].map((name) => `NULL::${types(name)} AS ${ident(name)}`))}
          WHERE false)`
      : `read_parquet([${list(paths.map(literal))}], union_by_name = true)`;
  const columns = [on, ...take].map((name) => `${typed(name)} AS ${ident(name)}`);
  await engine.run(`CREATE TEMP TABLE r${index} AS SELECT ${list(columns)} FROM ${from}`);
  const bounds = new Map<string, Bounds>();
  if (rows < ENUM_ROWS_MIN) return bounds;
  for (const name of take) {
    if (types(name) !== 'VARCHAR') continue;
    const found = await becomeEnum(engine, index, name);
    if (found !== undefined) bounds.set(name, found);
  }
  return bounds;
};

const typesOf = (dataset: string, lookup: Lookup) => {
  const found = lookup(dataset);
  if (found === undefined) throw new PermanentError(`no dataset '${dataset}' to join with`);
  const types = new Map(columnsOf(found, lookup).map(({ name, type }) => [name, duckType(type)]));
  return (name: string): string => types.get(name) ?? 'VARCHAR';
};

const becomeEnum = async (
  engine: Engine,
  index: number,
  name: string,
): Promise<Bounds | undefined> => {
  const column = ident(name);
  const [found] = Texts.parse(
    await engine.rows(`SELECT count(DISTINCT ${column}) AS texts, min(${column}) AS min,
      max(${column}) AS max FROM r${index}`),
  );
  if (found === undefined || found.min === null || found.max === null) return undefined;
  if (found.texts > ENUM_TEXTS_MAX) return undefined;
  const type = ident(`r${index}_${name}`);
  await engine.run(`CREATE TYPE ${type} AS ENUM
    (SELECT DISTINCT ${column} FROM r${index} WHERE ${column} IS NOT NULL)`);
  await engine.run(`ALTER TABLE r${index} ALTER ${column} TYPE ${type}`);
  return { min: found.min, max: found.max };
};
