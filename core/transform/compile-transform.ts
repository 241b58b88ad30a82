import type { Dataset } from '../dataset.ts';
import { kindOf } from '../fields/index.ts';
import { ident, list } from '../sql.ts';
import type { Join, SetSql, SqlSide, Values } from '../transforms/transform.ts';
import { recorderOf } from './changes.ts';
import { partitionSql } from './partition-sql.ts';
import { isRepaired, type Lookup, planOf, repairOf, type Step } from './plan.ts';

export { transformRow } from './transform-rows.ts';

/** A joined dataset, and the query that says how many rows found no partner in it. */
export type Reference = Pick<Join, 'dataset' | 'on' | 'take'> & {
  unmatched(published: string): string;
  /** Taken columns that are published as they were found, under their own names. */
  readonly asTaken: readonly string[];
};

/** The way from clean rows to published ones as pieces of SQL. */
export type CompiledTransform = {
  /** The joined datasets; the engine provides the n-th as relation r<n>, with `on` and `take`. */
  readonly references: readonly Reference[];
  /** Select list over s and r0, r1, …: the published columns, without Headgate's own. */
  readonly select: string;
  /** LEFT JOINs of r0, r1, … to s; empty without references. */
  readonly joins: string;
  /** File and row number of a row of s. */
  readonly place: { readonly file: string; readonly row: string };
  /** The column `_changes`; undefined in a dataset without repairs. */
  readonly changes: string | undefined;
  /** Iceberg's partition values as INTEGER expressions over s, in the order of the partition. */
  readonly partition: readonly string[];
  /** The key's columns, quoted. */
  readonly key: readonly string[];
  /** WITH and the queries of the steps that need other rows; empty where there are none. */
  with(published: string): string;
  /** Relation s, given the clean rows that are published as a relation s. */
  from(published: string): string;
};

/** A column on its way. */
type Entry = {
  readonly sql: string;
  /** Parquet gives an ENUM back as text; as ENUM again it is written ten times faster. */
  readonly enum?: string;
  /** True when it may be an ENUM already. */
  readonly perhapsEnum?: boolean;
  /** The name under which the bounds of its ENUM are known; under another one it is a text. */
  readonly own?: string;
  /** Of which reference it was taken; the engine makes ENUMs of some of those. */
  readonly taken?: number;
};

/** A query of the steps so far. */
type Stage = { readonly name: string; readonly kept: boolean; sql(published: string): string };

/** The layer that is being written, and those below it. */
type Layer = {
  readonly fields: ReadonlySet<string>;
  readonly stages: readonly Stage[];
  readonly references: readonly (Join & Pick<Reference, 'unmatched'>)[];
  readonly entries: ReadonlyMap<string, Entry>;
  readonly joins: readonly string[];
  readonly place: readonly string[];
  /** What the steps of this layer record; those of the layers below are in s._changes. */
  readonly changes: readonly string[];
  readonly recorded: boolean;
  /** True when an expression looks at other rows, so that no other step can stand on it here. */
  readonly closed: boolean;
};

/** Expressions longer than this are computed once, in a query of their own. */
const EXPRESSION_MAX = 2_000;

/** The SQL of a dataset's steps. Throws when they do not fit the other datasets. */
export const compileTransform = (dataset: Dataset, lookup: Lookup): CompiledTransform => {
  const { steps, fields, columns } = planOf(dataset, lookup);
  const start: Layer = {
    fields: new Set(Object.keys(dataset.fields)),
    stages: [],
    references: [],
    entries: new Map(fields.map(({ name }) => [name, fieldEntry(dataset, name)])),
    joins: [],
    place: ['s._file', 's._row'],
    changes: [],
    recorded: false,
    closed: false,
  };
  const layer = steps.reduce(taken, start);
  const { entries, place } = layer;
  const byName = new Map(columns.map((column) => [column.name, column]));
  return {
    references: layer.references.map(({ dataset: name, on, take, unmatched }, index) => ({
      ...{ dataset: name, on, take, unmatched },
      asTaken: take.filter((each) => entries.get(each)?.taken === index),
    })),
    select: list(
      columns.map(({ name }) => `${written(name, from(entries, name))} AS ${ident(name)}`),
    ),
    joins: layer.joins.join(' '),
    place: { file: place[0] ?? 's._file', row: place[1] ?? 's._row' },
    changes: isRepaired(dataset) ? `'[' || ${changesSql(layer)} || ']'` : undefined,
    partition: dataset.partition.map((field) =>
      partitionSql(field, from(byName, field.column), used(from(entries, field.column))),
    ),
    key: dataset.key.map(ident),
    with: (published) => withSql(layer, published),
    from: (published) => fromSql(layer, published),
  };
};

const from = <T>(map: ReadonlyMap<string, T>, name: string): T => {
  const found = map.get(name);
  if (found !== undefined) return found;
  throw new Error(`no column '${name}' before this step`);
};

const fieldEntry = ({ fields }: Dataset, name: string): Entry => {
  const field = fields[name];
  const sql = `s.${ident(name)}`;
  if (field === undefined) return { sql };
  const type = kindOf(field).duckType(field.options);
  if (field.kind === 'oneOf') return { sql, enum: type, own: name };
  return type.startsWith('ENUM') ? { sql, perhapsEnum: true } : { sql };
};

/** A column as a step sees it: an ENUM is a text there, since it is ordered by its declaration. */
const used = ({ sql, enum: type, perhapsEnum }: Entry): string =>
  type === undefined && perhapsEnum !== true ? sql : `CAST(${sql} AS VARCHAR)`;

const written = (name: string, entry: Entry): string => {
  const { sql, enum: type, own } = entry;
  if (own !== undefined && own !== name) return used(entry);
  return type === undefined ? sql : `CAST(${sql} AS ${type})`;
};

const fromSql = ({ stages }: Layer, published: string): string => {
  const last = stages.at(-1);
  return last === undefined ? published : `${last.name} s`;
};

const withSql = ({ stages }: Layer, published: string): string =>
  stages.length === 0
    ? ''
    : `WITH ${list(
        stages.map(({ name, kept, sql }) => {
          // A step that looks at all rows first and then at each reads them twice.
          return `${name} AS ${kept ? '' : 'NOT '}MATERIALIZED (${sql(published)})`;
        }),
      )} `;

/** All changes so far as one text, the objects apart by commas; NULL when there are none. */
const changesSql = ({ changes, recorded }: Layer): string => {
  const all = [...(recorded ? ['s._changes'] : []), ...changes];
  if (all.length === 0) return 'CAST(NULL AS VARCHAR)';
  return `nullif(concat_ws(${list(["','", ...all])}), '')`;
};

const placeNames = (places: number): string[] =>
  Array.from({ length: places }, (_, index) => `_place${index}`);

/** Closes the layer: what it computes becomes plain columns of the next one. */
const closed = (layer: Layer, kept: boolean): Layer => {
  const { stages, entries, joins, place } = layer;
  const recorded = layer.recorded || layer.changes.length > 0;
  const columns = [
    ...[...entries].map(([name, entry]) => `${used(entry)} AS ${ident(name)}`),
    ...place.map((sql, index) => `${sql} AS _place${index}`),
    ...(recorded ? [`${changesSql(layer)} AS _changes`] : []),
  ];
  const sql = (published: string): string =>
    `SELECT ${list(columns)} FROM ${fromSql(layer, published)} ${joins.join(' ')}`;
  const plain = [...entries].map(([name, entry]): [string, Entry] => [
    name,
    {
      sql: `s.${ident(name)}`,
      ...(entry.enum === undefined ? {} : { enum: entry.enum, own: entry.own ?? name }),
    },
  ]);
  return {
    ...opened(layer, new Map(plain), place.length),
    stages: [...stages, { name: `step${stages.length}`, kept, sql }],
    recorded,
  };
};

/** A layer that stands on what is there as plain columns. */
const opened = (layer: Layer, entries: ReadonlyMap<string, Entry>, places: number): Layer => ({
  ...layer,
  entries,
  joins: [],
  place: placeNames(places).map((name) => `s.${name}`),
  changes: [],
  closed: false,
});

const lastName = ({ stages }: Layer): string => stages.at(-1)?.name ?? 's';

const sideOf = (layer: Layer, { before }: Step, relation: string): SqlSide => {
  const columns = new Map(before.map((column) => [column.name, column]));
  return {
    column: (name) => used(from(layer.entries, name)),
    known: (name) => from(columns, name),
    columns: before,
    relation,
    place: layer.place,
    recorded: layer.recorded,
  };
};

/** The layer with one more step in it. */
const taken = (layer: Layer, step: Step): Layer => {
  const { use, kind } = step;
  if (kind.form === 'row') {
    const isLong = [...layer.entries.values()].some(({ sql }) => sql.length > EXPRESSION_MAX);
    const open = layer.closed || isLong ? closed(layer, false) : layer;
    const base = use.kind === 'join' ? joined(open, use) : open;
    const side = sideOf(base, step, relation(base.references.length - 1));
    return changed(base, step, kind.toSql(use, side));
  }
  if (kind.form === 'set') {
    const below = closed(layer, true);
    const { values, beside } = kind.toSql(use, sideOf(below, step, lastName(below)));
    const base = beside === undefined ? below : { ...below, joins: [besideSql(beside)] };
    return { ...changed(base, step, values), closed: true };
  }
  const below = closed(layer, false);
  const { place } = below;
  const hidden = { place: placeNames(place.length), relation: lastName(below) };
  const query = kind.toSql(use, { ...sideOf(below, step, lastName(below)), ...hidden });
  const entries = step.after.map(({ name }): [string, Entry] => [
    name,
    { sql: `s.${ident(name)}` },
  ]);
  const stages = [
    ...below.stages,
    { name: `step${below.stages.length}`, kept: false, sql: () => query },
  ];
  return { ...opened(below, new Map(entries), place.length + kind.partsAdded), stages };
};

const besideSql = ({ query, by }: NonNullable<SetSql['beside']>): string => {
  if (by.length === 0) return `CROSS JOIN (${query}) t`;
  const same = by.map((name) => `s.${ident(name)} IS NOT DISTINCT FROM t.${ident(name)}`);
  return `LEFT JOIN (${query}) t ON ${same.join(' AND ')}`;
};

/** The columns after a step, those that it made or changed and those that it left alone. */
const changed = (layer: Layer, { use, before, after }: Step, values: Values): Layer => {
  const same = new Map([...layer.entries.values()].map((entry) => [used(entry), entry]));
  const entries = after.map(({ name, type }): [string, Entry] => {
    const sql = Object.hasOwn(values, name) ? values[name] : undefined;
    if (sql === undefined) return [name, from(layer.entries, name)];
    const perhapsEnum = type === 'string';
    if (use.kind === 'join') {
      // Where a field had the name before, bounds under it are those of the field.
      const own = layer.fields.has(name) ? '' : name;
      return [name, { sql, perhapsEnum, own, taken: layer.references.length - 1 }];
    }
    return [name, same.get(sql) ?? { sql }];
  });
  const repair = repairOf(use);
  const known = before.find(({ name }) => name === repair?.column);
  if (repair === undefined || known === undefined) return { ...layer, entries: new Map(entries) };
  const change = recorderOf(use, repair, known).toSql(
    used(from(layer.entries, repair.column)),
    values[repair.column] ?? 'NULL',
  );
  return { ...layer, entries: new Map(entries), changes: [...layer.changes, change] };
};

const relation = (index: number): string => `r${index}`;

const joined = (layer: Layer, use: Join): Layer => {
  const name = relation(layer.references.length);
  const on = `${name}.${ident(use.on)} = ${used(from(layer.entries, use.on))}`;
  const { joins } = layer;
  const unmatched = (published: string): string =>
    `${withSql(layer, published)}SELECT count(*) AS rows FROM ${fromSql(layer, published)}
      ${joins.join(' ')} ANTI JOIN ${name} ON ${on}`;
  return {
    ...layer,
    references: [...layer.references, { ...use, unmatched }],
    joins: [...joins, `LEFT JOIN ${name} ON ${on}`],
  };
};
