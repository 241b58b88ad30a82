import { type IcebergType, typeText } from '../iceberg-type.ts';
import { list } from '../sql.ts';
import { compareScalars, orderIs } from './compare.ts';
import { type Compiled, named, scalarOf } from './compiled.ts';
import type { Comparison } from './expression.ts';
import { alignNumbers } from './numbers.ts';
import { numberOf } from './value-type.ts';

/** Types whose values have an order that both engines share. */
const ordered: readonly IcebergType[] = [
  'string',
  'double',
  'date',
  'time',
  'timestamptz',
  'timestamp',
];
/** Types whose values are equal or not, and nothing else. */
const equal: readonly IcebergType[] = ['boolean', 'uuid'];

const isNumber = (part: Compiled): boolean => numberOf(part) !== undefined;

/** The parts in a form in which they can be compared with each other. */
const aligned = (
  text: string,
  parts: readonly Compiled[],
  types: readonly IcebergType[],
): readonly Compiled[] => {
  if (parts.every(isNumber)) return alignNumbers(text, parts);
  const [first] = parts;
  const odd = parts.find(({ type }) => type !== first?.type);
  if (first !== undefined && odd !== undefined) {
    const doubles = first.type === 'double' || odd.type === 'double';
    throw new Error(
      `${text} compares ${named(first)} with ${named(odd)}; ` +
        (doubles && (isNumber(first) || isNumber(odd))
          ? 'a double is compared with doubles and constants: declare decimals instead'
          : 'allowed are values of one type'),
    );
  }
  if (first !== undefined && !types.includes(first.type)) {
    throw new Error(
      `${text} compares ${named(first)}; allowed are numbers, ${list(types.map(typeText))}`,
    );
  }
  return parts;
};

/** Two values compared; missing where one of them is. */
export const comparisonOf = (
  op: Comparison,
  text: string,
  parts: readonly Compiled[],
): Compiled => {
  const types = op === '=' || op === '!=' ? [...ordered, ...equal] : ordered;
  const [left, right] = aligned(text, parts, types);
  if (left === undefined || right === undefined) throw new Error(`${text} has no two sides`);
  return {
    text,
    type: 'boolean',
    evaluate: (row) => {
      const [a, b] = [scalarOf(left.evaluate(row)), scalarOf(right.evaluate(row))];
      return a === null || b === null ? null : orderIs(compareScalars(a, b), op);
    },
    toSql: (columnSql) => `(${left.toSql(columnSql)} ${op} ${right.toSql(columnSql)})`,
  };
};

/** Whether a value is one of others; like SQL's IN, missing where a missing one could be it. */
export const oneOfThose = (text: string, parts: readonly Compiled[]): Compiled => {
  const [of, ...among] = aligned(text, parts, [...ordered, ...equal]);
  if (of === undefined || among.length === 0) throw new Error(`${text}: name at least one value`);
  return {
    text,
    type: 'boolean',
    evaluate: (row) => {
      const value = scalarOf(of.evaluate(row));
      if (value === null) return null;
      const others = among.map((other) => scalarOf(other.evaluate(row)));
      if (others.some((other) => other !== null && compareScalars(value, other) === 0)) return true;
      return others.includes(null) ? null : false;
    },
    toSql: (columnSql) =>
      `(${of.toSql(columnSql)} IN (${list(among.map((other) => other.toSql(columnSql)))}))`,
  };
};
